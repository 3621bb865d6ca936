import { Bridge, request, startBridge } from '../../support/bridge';
import { tempFile } from '../../support/temp';

describe('arguments of the bridge', () => {
  test.each([
    [['--help'], 0, '', /^Usage: escher-execution-engine bridge/],
    [['--no-such'], 2, /Unknown option '--no-such'/, ''],
    [['surplus'], 2, /Unexpected argument 'surplus'/, ''],
    [['--config', '/no/such/file'], 2, /--config \/no\/such\/file: ENOENT/, ''],
    [['--set', 'x'], 2, /--set must be <field>=<value>/, ''],
    [
      ['--set', 'logDir=/tmp'],
      2,
      /"config.logDir" property is unknown; did you mean "log_dir"/,
      '',
    ],
    [
      ['--set', 'io_threads=0'],
      2,
      /"io_threads" must be an integer from 1 to 256\. Received type number \(0\)/,
      '',
    ],
    [['--grace-ms', 'soon'], 2, /--grace-ms must be a number >= 0, received 'soon'/, ''],
    [['--max-line-bytes', '1'], 2, /--max-line-bytes must be a number >= 1024, received '1'/, ''],
  ])('%j', async (args, code, stderr, stdout) => {
    const bridge = new Bridge(args);
    let text = '';
    bridge.child.stdout?.setEncoding('utf8').on('data', (chunk: string) => {
      text += chunk;
    });
    expect(await bridge.ended).toEqual({ code, signal: null });
    expect(bridge.stderr).toMatch(stderr);
    expect(text).toMatch(stdout);
  });

  test('--set overrides the configuration file', async () => {
    const file = tempFile(
      'c.json',
      '{"max_concurrent_executions":3,"log_dir":null,"io_threads":1}',
    );
    const bridge = startBridge(
      '--config',
      file,
      '--set',
      'max_timeout_ms="Infinity"',
      '--set',
      'io_threads=2',
    ).read();
    expect(await bridge.ask('hello')).toMatchObject({
      payload: {
        config: { max_concurrent_executions: 3, max_timeout_ms: 'Infinity', io_threads: 2 },
      },
    });
  });

  test('secrets of the configuration are not shown', async () => {
    const bridge = startBridge('--set', 'redact=["hunter22"]').read();
    expect(await bridge.ask('hello')).toMatchObject({ payload: { config: { redact: ['***'] } } });
    await bridge.ask('execute', { request: request('echo hunter22') });
    await bridge.ask('on_idle');
    expect(JSON.stringify(bridge.messages)).not.toContain('hunter22');
  });
});
