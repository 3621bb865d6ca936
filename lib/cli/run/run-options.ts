/** The options of `run`. */

import { DURATION_FORMAT } from '../duration';
import {
  repeatableOption,
  type SubcommandSpec,
  switchOption,
  valueOption,
} from '../subcommand-spec';

export const RUN: SubcommandSpec = {
  name: 'run',
  operands: '[--] program [argument...]',
  description:
    'Runs one command with live output, returns its exit code, and ends its whole process tree.',
  options: {
    timeout: valueOption('TIME', 'end the command after this time; 0: never (default)'),
    'idle-timeout': valueOption('TIME', 'end the command after this time without output'),
    signal: valueOption('NAME', 'signal that ends the command (default TERM)'),
    'kill-after': valueOption('TIME', 'grace period before KILL (default 5s), or never'),
    stop: valueOption('STEPS', 'signals and waits before KILL, such as INT:leader:10s,TERM:5s'),
    cwd: valueOption('DIR', 'working directory'),
    env: repeatableOption('NAME=VALUE', 'set a variable; repeatable'),
    shell: switchOption('the operands, joined by spaces, are a shell command'),
    'no-stdin': switchOption('the command reads the null device'),
    pty: switchOption(
      'run the command on a terminal of its own, with the keys and the size of yours',
    ),
    record: valueOption('FILE', 'also record the output to this file, for play (asciicast)'),
    log: valueOption('FILE', 'also write the output to this file, with times'),
    redact: repeatableOption('NAME', 'replace the value of this variable by ***; repeatable'),
    progress: valueOption('PATTERN', 'lines that report progress, such as "(\\d+)%"'),
    json: switchOption('print events on stdout instead of the output, one JSON object per line'),
    binary: switchOption('exact bytes for output that is not UTF-8 text; uses temporary files'),
    quiet: switchOption('print no messages of run on stderr, and no status line', 'q'),
    'no-status': switchOption('no status line'),
  },
  notes: [
    `TIME is ${DURATION_FORMAT}.`,
    'Options end at the program. Exit code: that of the program; 128 + the signal that ended it;',
    '124 timed out, 125 engine failed, 126 not executable, 127 not found, 2 wrong usage.',
  ],
  examples: [
    '--timeout 5s -- make test',
    '--env MODE=fast --cwd build -- ./tool --flag',
    "--shell -- 'grep -c x *.txt | sort'",
    '--json -- ls | jq .event',
  ],
};
