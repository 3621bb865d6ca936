// Adds jobs, cancels one, and shows what each worker runs until all have finished.
import { CommandQueue } from 'escher-execution-engine/bullmq';
import { showWhile } from './view.mjs';

const shell = (command, more) => ({ command: { type: 'shell', command }, ...more });

export async function produce(connection) {
  const queue = new CommandQueue('example', { connection });
  const jobs = new Map();
  const add = async (title, request, options) => jobs.set(title, await queue.add(request, options));

  for (const stack of ['web', 'db']) {
    // Two jobs of the same stack never run at the same time, on any machine.
    await add(`plan ${stack}`, shell('sleep 0.4; echo planned'), { key: `stack:${stack}` });
    await add(`apply ${stack}`, shell('sleep 0.6; echo applied'), { key: `stack:${stack}` });
  }
  await add('backup', shell('echo "logs in with $TOKEN"'), {
    secretRefs: { TOKEN: 'vault:backup' },
  });
  await add('flaky', shell('exit 75'), { attempts: 2, retryOn: [75] });
  await add('slow', shell('sleep 60', { timeoutMs: 700 }));
  await add('unwanted', shell('sleep 60'));

  const ends = Promise.all([...jobs.values()].map((id) => queue.wait(id)));
  const shown = showWhile(ends, queue, jobs);
  await queue.cancel(jobs.get('unwanted'), 'not needed any more');
  await ends;
  await shown;
  for (const [title, id] of jobs) {
    const { status, error, stdoutTail, attempt } = await queue.result(id);
    const text = error?.code ?? stdoutTail.trim();
    console.log(`${title.padEnd(10)} ${status.padEnd(10)} attempt ${attempt}  ${text}`);
  }
  await queue.close();
}
