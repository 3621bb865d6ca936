/** `play`: shows a recording in the terminal, with its times. */

import { setTimeout as sleep } from 'node:timers/promises';
import type { CommandIo } from '../../../types/subcommand';
import { ExitCode, signalExitCode } from '../exit-codes';
import { PROGRAM } from '../program';
import { OutputSink } from '../run/output-sink';
import { subcommand } from '../subcommand';
import { MalformedRecording, readCast } from './asciicast';
import { PLAY, type PlayOptions, playOptions } from './play-options';

/** The longest delay of a timer. */
const LONGEST_MS = 2 ** 31 - 1;

export const playCommand = subcommand(PLAY, (args, io) => play(playOptions(args), io));

async function play({ file, speed, idleLimitMs }: PlayOptions, io: CommandIo): Promise<number> {
  const sink = new OutputSink(io.stdout, () => undefined);
  const start = performance.now();
  let [before, due] = [0, 0];
  try {
    for await (const { atMs, text } of readCast(file)) {
      due += Math.min(Math.max(atMs - before, 0), idleLimitMs) / speed;
      before = atMs;
      const wait = start + due - performance.now();
      if (wait > 1) await sleep(Math.min(wait, LONGEST_MS));
      sink.write(text);
      await sink.drained();
      if (sink.isBroken) return signalExitCode('SIGPIPE');
    }
    return 0;
  } catch (error) {
    io.stderr.write(`${PROGRAM}: cannot play '${file}': ${(error as Error).message}\n`);
    return error instanceof MalformedRecording ? 1 : ExitCode.engineFailed;
  }
}
