import { readFileSync } from 'node:fs';
import { program, startProgram } from '../support/program';

describe('the program', () => {
  test('prints its version and its commands', async () => {
    const { version } = JSON.parse(readFileSync('package.json', 'utf8')) as { version: string };
    expect(await program(['--version'])).toMatchObject({ code: 0, stdout: `${version}\n` });
    const help = await program(['--help']);
    expect(help).toMatchObject({ code: 0, stderr: '' });
    expect(help.stdout).toMatch(/^ {2}run +\S/m);
    expect(help.stdout).toMatch(/^ {2}doctor +\S/m);
  });

  test.each([
    [['runn'], "unknown command 'runn'. Did you mean 'run'?"],
    [['docter'], "Did you mean 'doctor'?"],
    [['--versoin'], "unknown option '--versoin'. Did you mean '--version'?"],
    [['constructor'], "unknown command 'constructor'."],
    [[], 'Usage: '],
  ])('rejects %j with the usage', async (args, message) => {
    const { code, stdout, stderr } = await program(args);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toContain(message);
    expect(stderr).toContain('Usage: ');
  });

  test('exits with 0 when the reader of the help has gone', async () => {
    const help = startProgram(['run', '--help']);
    help.child.stdout?.destroy();
    expect(await help.ended).toMatchObject({ code: 0, stderr: '' });
  });
});
