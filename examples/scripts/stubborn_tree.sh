#!/bin/sh
# A tree that does not want to end: a child that sleeps, and one that ignores SIGTERM and has a child of its own.
# Prints the process numbers of all of them, then waits.

echo "pid $$ parent"
sleep 300 &
echo "pid $! child: sleeps"
(
  trap '' TERM
  sleep 300 &
  echo "pid $! grandchild: ignores SIGTERM"
  while :; do wait; done
) &
echo "pid $! child: ignores SIGTERM"
wait
