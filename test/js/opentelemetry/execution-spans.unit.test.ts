import { executableOf } from '../../../lib/opentelemetry/execution-spans';

test.each([
  ['/usr/bin/git fetch', 'git'],
  ['TOKEN=a B=c make all', 'make'],
  ['"/opt/my-tool" x', 'my-tool'],
  ['*** x', '***'],
  ['', 'command'],
  ['A=b', 'command'],
])('the name of the executable in %p is %p', (command, name) => {
  expect(executableOf(command)).toBe(name);
});
