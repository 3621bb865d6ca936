import { parseArguments } from '../../../lib/cli/arguments';
import {
  repeatableOption,
  type SubcommandSpec,
  switchOption,
  valueOption,
} from '../../../lib/cli/subcommand-spec';

const SPEC: SubcommandSpec = {
  name: 'test',
  operands: '[program...]',
  description: '',
  options: {
    time: valueOption('TIME', ''),
    env: repeatableOption('NAME=VALUE', ''),
    quiet: switchOption('', 'q'),
  },
  examples: [''],
  notes: [],
};

const parse = (...args: string[]) => {
  const { values, switches, operands } = parseArguments(SPEC, args);
  return { values: Object.fromEntries(values), switches: [...switches], operands };
};

describe('the arguments of a subcommand', () => {
  test.each([
    [['ls', '-l'], {}, [], ['ls', '-l']],
    [['--', '--time', '1'], {}, [], ['--time', '1']],
    [['--time', '5', 'ls', '--time', '6'], { time: ['5'] }, [], ['ls', '--time', '6']],
    [['--time=--', 'ls'], { time: ['--'] }, [], ['ls']],
    [['--env', 'A=1', '--env=B=2', 'ls'], { env: ['A=1', 'B=2'] }, [], ['ls']],
    [['-q', '--quiet', 'ls'], {}, ['quiet'], ['ls']],
    [[], {}, [], []],
  ])('%j', (args, values, switches, operands) => {
    expect(parse(...args)).toEqual({ values, switches, operands });
  });

  test.each([
    [['--time'], '--time requires a value.'],
    [['--time', '--', 'ls'], '--time requires a value.'],
    [['--time', '1', '--time', '2'], '--time must not be repeated.'],
    [['--quiet=yes'], "--quiet takes no value, received 'yes'."],
    [['--tme', '1'], "unknown option '--tme'. Did you mean '--time'?"],
    [['--constructor'], "unknown option '--constructor'."],
    [['-x'], "unknown option '-x'."],
  ])('%j are rejected', (args, message) => {
    expect(() => parse(...args)).toThrow(message);
  });

  test('include operands only if the subcommand has some', () => {
    expect(() => parseArguments({ ...SPEC, operands: '' }, ['now'])).toThrow(
      "unexpected argument 'now'.",
    );
  });
});
