/** The options of `play`. */

import type { ParsedArguments } from '../arguments';
import { DURATION_FORMAT, parseDuration } from '../duration';
import { type SubcommandSpec, valueOption } from '../subcommand-spec';
import { UsageError } from '../usage-error';

export interface PlayOptions {
  file: string;
  /** 2: twice as fast. */
  speed: number;
  /** The longest pause, in milliseconds. */
  idleLimitMs: number;
}

export const PLAY: SubcommandSpec = {
  name: 'play',
  operands: 'FILE',
  description:
    'Plays a recording of run --record, or any other asciicast v2 file, in this terminal.',
  options: {
    speed: valueOption('N', 'times as fast as it was (default 1)'),
    'idle-limit': valueOption('TIME', 'pause no longer than this'),
  },
  notes: [
    `TIME is ${DURATION_FORMAT}.`,
    'The terminal needs at least the size of the recorded one. Ctrl-C ends it.',
  ],
  examples: ['build.cast', '--speed 4 --idle-limit 1s build.cast'],
};

export function playOptions({ operands, values }: ParsedArguments): PlayOptions {
  const [file, ...more] = operands;
  if (file === undefined || more.length > 0) {
    throw new UsageError('one FILE is needed.', 'the path of a recording', 'build.cast');
  }
  return {
    file,
    speed: speedOf(values.get('speed')?.[0] ?? '1'),
    idleLimitMs: idleLimitOf(values.get('idle-limit')?.[0]),
  };
}

function speedOf(text: string): number {
  const speed = Number(text);
  if (text.trim() !== '' && Number.isFinite(speed) && speed > 0) return speed;
  throw new UsageError(
    `--speed must be a number greater than 0, received '${text}'.`,
    'a number such as 2 or 0.5',
    '--speed 2 build.cast',
  );
}

function idleLimitOf(text: string | undefined): number {
  if (text === undefined) return Number.POSITIVE_INFINITY;
  const milliseconds = parseDuration(text);
  if (milliseconds !== undefined) return milliseconds;
  throw new UsageError(
    `--idle-limit must be a duration, received '${text}'.`,
    DURATION_FORMAT,
    '--idle-limit 2s build.cast',
  );
}
