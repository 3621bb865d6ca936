// Keeps one core busy with another process, as on a machine that does something else besides. It has a session of its
// own, because Linux shares the cores between sessions (sched_autogroup) where no control group does.
import { spawn } from 'node:child_process';
import process from 'node:process';

/** It ends itself if this process ends without stopping it. */
const LOOP =
  'while kill -0 $1 2>/dev/null; do i=0; while [ $i -lt 100000 ]; do i=$((i+1)); done; done';

/** Starts the process, and returns what ends it. */
export function keepBusy() {
  const child = spawn('sh', ['-c', LOOP, 'busy', `${process.pid}`], {
    stdio: 'ignore',
    detached: true,
  });
  return () => child.kill('SIGKILL');
}
