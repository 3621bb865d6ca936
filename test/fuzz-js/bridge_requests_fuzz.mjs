// What is read from a line is a request, a command, or an error about a field. A request that is taken is the same when
// it is written and read once more.

import { requireGoodError, requireWireNames } from './good-error.mjs';
import { require } from './require.mjs';
import { said, shown } from './same-request.mjs';

export const corpus = 'bridge';

export function begin(parts) {
  const { ByteLines, fieldsOf, commandOf, asSeq, reading, errorToWire } = parts;
  const { requestFromWire, requestToWire, normalRequest } = parts;
  const { REQUEST, LIMITS } = parts;
  /** Those that have another form on the wire. */
  const apiNames = Object.keys({ ...REQUEST, ...LIMITS }).filter((name) => /[A-Z]/.test(name));

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
    const written = JSON.parse(JSON.stringify(requestToWire(request)));
    requireSame('all of a request is taken', said(wire), said(written));
    requireSame('it comes back as it was', shown(request), shown(requestFromWire(written)));
  }

  function requireSame(what, one, other) {
    require(one === other, what, [one, other]);
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
