// What is read from a line is a request, a command, or an error about a field. A request that is taken is the same when
// it is written and read once more.

import { requireGoodError, requireWireNames } from './good-error.mjs';
import { require } from './require.mjs';

export const corpus = 'bridge';

/** So that all that a request may hold shows, in its order. Metadata are JSON, where no number is infinite. */
const shown = ({ metadata, ...request }) =>
  JSON.stringify([request, JSON.stringify(metadata)], (_, entry) =>
    typeof entry === 'number' && !Number.isFinite(entry) ? `number ${entry}` : entry,
  );

export function begin(parts) {
  const { ByteLines, fieldsOf, commandOf, asSeq, reading, errorToWire } = parts;
  const { requestFromWire, requestToWire, normalRequest } = parts;
  const apiNames = ['timeoutMs', 'workingDir', 'killSignal', 'mergeStderr', 'extendEnv', 'awsCli'];

  function checkRequest(wire, text) {
    let request;
    try {
      request = requestFromWire(wire);
    } catch (error) {
      requireWireNames(errorToWire(error), apiNames, text);
      return;
    }
    try {
      normalRequest(request);
    } catch (error) {
      requireWireNames(errorToWire(error), apiNames, text);
      return;
    }
    const again = requestFromWire(JSON.parse(JSON.stringify(requestToWire(request))));
    require(shown(again) === shown(request), 'a request comes back as it was', {
      request: shown(request),
      again: shown(again),
    });
  }

  function checkLine(text, problem, number) {
    let fields;
    try {
      fields = fieldsOf(text, problem, number);
      if (Object.hasOwn(fields, 'type')) {
        if (fields.seq !== undefined && fields.seq !== null) asSeq('seq', fields.seq);
        reading(() => commandOf(fields));
        if (fields.type !== 'execute') return;
      }
    } catch (error) {
      const wire = errorToWire(error);
      requireGoodError(wire);
      require(!JSON.stringify({ type: 'error', payload: wire }).includes('\n'), 'it is one line');
      return;
    }
    checkRequest(fields.type === 'execute' ? fields.request : fields, text);
  }

  return {
    check(input) {
      let number = 0;
      const lines = new ByteLines(({ text, problem }) => checkLine(text, problem, ++number));
      lines.push(input);
      lines.end();
    },
  };
}
