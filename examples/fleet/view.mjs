// One line with the jobs that each worker runs. On a terminal it is redrawn in place; otherwise each change is printed.
import { setTimeout as pause } from 'node:timers/promises';

export async function showWhile(work, queue, jobs) {
  let isOver = false;
  const over = work.then(() => {
    isOver = true;
  });
  let last = '';
  while (!isOver) {
    const text = await picture(queue, jobs);
    if (text !== last) {
      if (process.stdout.isTTY && last !== '')
        process.stdout.write(`\x1b[${last.split('\n').length}A\x1b[J`);
      console.log(text);
      last = text;
    }
    await Promise.race([over, pause(100)]);
  }
}

async function picture(queue, jobs) {
  const byWorker = new Map();
  let waiting = 0;
  for (const [title, id] of jobs) {
    const { status, worker } = await queue.status(id);
    if (status === 'pending') waiting++;
    if (status === 'running') byWorker.set(worker, [...(byWorker.get(worker) ?? []), title]);
  }
  const rows = [...byWorker.keys()]
    .sort()
    .map((name) => `${name}: ${byWorker.get(name).join(', ')}`);
  return [`${waiting} waiting`, ...rows].join(' | ');
}
