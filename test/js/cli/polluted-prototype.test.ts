import { program } from '../support/program';
import { fixture, root } from '../support/repository';

const env = { NODE_OPTIONS: `--require ${fixture('preload', 'polluted-prototype.cjs')}` };

describe('a polluted Object.prototype', () => {
  test('adds no option to run', async () => {
    const script = 'sleep 0.2; pwd';
    const { code, stdout, stderr } = await program(['run', 'sh', '-c', script], { env });
    expect({ code, stdout, stderr }).toEqual({ code: 0, stdout: `${root}\n`, stderr: '' });
  });

  test('adds no option to bridge', async () => {
    const { code, stdout, stderr } = await program(['bridge'], { env });
    expect({ code, stdout, stderr }).toEqual({ code: 0, stdout: '', stderr: '' });
  });

  test('makes no option repeatable', async () => {
    const args = ['run', '--timeout', '5s', '--timeout', '6s', 'true'];
    const { code, stderr } = await program(args, { env });
    expect(code).toBe(2);
    expect(stderr).toContain('--timeout must not be repeated.');
  });
});
