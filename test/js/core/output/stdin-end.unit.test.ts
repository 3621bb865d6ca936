import { finished } from 'node:stream/promises';
import { createStdin, endStdin } from '../../../../lib/core/output/stdin';

test('an ended stream finishes, also if the command ends before its last bytes are accepted', async () => {
  const accept: (() => void)[] = [];
  const accepted = () => new Promise<void>((resolve) => accept.push(resolve));
  const stdin = createStdin({ send: accepted, close: accepted });
  const done = finished(stdin);
  stdin.end('last');
  endStdin(stdin);
  accept.shift()?.();
  await new Promise((resolve) => setImmediate(resolve));
  accept.shift()?.();
  await done;
  expect(stdin.errored).toBeNull();
});
