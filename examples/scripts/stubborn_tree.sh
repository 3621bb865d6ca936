#!/bin/sh
# A process tree that is hard to end: a child that sleeps, and a child that ignores SIGTERM and has its own child.
# Prints the pids of all processes, then waits.

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
