// A complete session: no line ends it, each line is answered once, and the output is JSON lines.
//
// The engine is real, but runs /bin/true for every request.
import { PassThrough } from 'node:stream';
import { chunksOf } from './chunks.mjs';
import { requireGoodError } from './good-error.mjs';
import { Random, seedOf } from './random.mjs';
import { require } from './require.mjs';

export const corpus = 'bridge';

const MOST = 2048;
/** Types without an answer, unless the line is invalid. */
const QUIET = ['lines_taken', 'stop_lines'];

export function begin(parts) {
  const { ByteLines, ExecutionEngine, checkedRequest, executePlan, serveBridge } = parts;

  class HarmlessEngine extends ExecutionEngine {
    run(request, options) {
      try {
        const { id, metadata, priority } = request;
        checkedRequest(request, []);
        const command = { type: 'exec', program: '/bin/true' };
        return super.run({ id, metadata, priority, command }, options);
      } catch {
        // The session rejects such a request; the engine must not run it.
        return super.run({ id: request.id, command: { type: 'exec', program: '' } }, options);
      }
    }
  }

  /** The lines that the session receives, without `shutdown`, which would end it. */
  function linesOf(input) {
    const lines = [];
    const splitter = new ByteLines((line) => lines.push(line), MOST);
    const pieces = input.toString('latin1').split('\n');
    const sent = pieces.filter((piece) => !/shutdown|\\u/.test(piece)).join('\n');
    const bytes = Buffer.from(`${sent}\n`, 'latin1');
    splitter.push(bytes);
    return { lines, bytes };
  }

  async function check(input) {
    const { lines, bytes } = linesOf(input);
    const random = new Random(seedOf(input));
    const [readable, writable] = [new PassThrough(), new PassThrough()];
    let output = '';
    writable.setEncoding('utf8').on('data', (text) => {
      output += text;
    });
    const engine = new HarmlessEngine({ ioThreads: 1, maxQueuedExecutions: 1000 });
    const options = {
      atEnd: 'wait',
      maxLineBytes: MOST,
      executePlan,
      maxPlans: 3,
      allowRawCapture: true,
    };
    const served = serveBridge(engine, { readable, writable }, options);
    for (const chunk of chunksOf(bytes, 1 + random.below(200), random)) readable.write(chunk);
    readable.end();
    require((await served) === 'input', 'the connection ends with its input');
    judge(lines, messagesOf(output));
  }

  function messagesOf(output) {
    require(output === '' || output.endsWith('\n'), 'the last line is complete');
    if (output === '') return [];
    return output
      .slice(0, -1)
      .split('\n')
      .map((line) => JSON.parse(line));
  }

  /** Checks the number of answers and their lines. */
  function judge(lines, messages) {
    const answerTypes = ['response', 'result', 'plan_result', 'error'];
    const types = [...answerTypes, 'event', 'lines', 'plan_lines'];
    for (const { type } of messages)
      require(types.includes(type), 'the type of a message is known', type);
    const of = (wanted) => messages.filter(({ type }) => type === wanted);
    for (const { payload } of of('error')) requireGoodError(payload);
    for (const { error } of of('response')) if (error !== undefined) requireGoodError(error);

    const numbers = of('error').map(({ payload }) => payload.line);
    require(new Set(numbers).size === numbers.length, 'no line has two errors', numbers);
    const kinds = lines.map(kindOf);
    kinds.forEach((kind, index) => {
      if (kind === 'bad') require(numbers.includes(index + 1), 'a bad line is answered', index + 1);
    });
    const count = (wanted) => kinds.filter((kind) => kind === wanted).length;
    const answers = messages.filter(({ type }) => answerTypes.includes(type)).length;
    const least = lines.length - count('quiet');
    require(answers >= least && answers <= lines.length, 'each line is answered once', {
      answers,
      lines: lines.length,
      quiet: count('quiet'),
    });
  }

  function kindOf({ text }) {
    let value;
    try {
      value = JSON.parse(text);
    } catch {
      return 'bad';
    }
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return 'bad';
    return QUIET.includes(value.type) ? 'quiet' : 'other';
  }

  return { check, waits: true };
}
