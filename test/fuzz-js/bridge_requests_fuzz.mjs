// A line is parsed into a request, a plan, a command, or an error about a field. An accepted request or plan stays equal
// when it is written and parsed again.

import { requireGoodError, requireWireNames } from './good-error.mjs';
import { require } from './require.mjs';
import { planText, requestText, wireText } from './same-request.mjs';

export const corpus = 'bridge';

export function begin(parts) {
  const { ByteLines, parseLine, commandOf, asSeq, reading, errorToWire } = parts;
  const { requestFromWire, requestToWire, checkedRequest, planFromWire, planToWire } = parts;
  const { REQUEST, LIMITS } = parts;
  /** Names with another form on the wire. */
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
      checkedRequest(request, []);
    } catch (error) {
      requireWireNames(errorToWire(error), apiNames, text);
      return;
    }
    const written = JSON.parse(JSON.stringify(requestToWire(request)));
    requireSame('the whole request is accepted', wireText(wire), wireText(written));
    requireSame(
      'the request is unchanged after a round trip',
      requestText(request),
      requestText(requestFromWire(written)),
    );
  }

  function checkPlan(wire, text) {
    let plan;
    try {
      plan = planFromWire(wire);
    } catch (error) {
      requireWireNames(errorToWire(error), apiNames, text);
      return;
    }
    let written;
    try {
      written = JSON.parse(JSON.stringify(planToWire(plan)));
    } catch (error) {
      requireGoodError(errorToWire(error));
      return;
    }
    requireSame(
      'the plan is unchanged after a round trip',
      planText(plan),
      planText(planFromWire(written)),
    );
  }

  function requireSame(what, one, other) {
    require(one === other, what, [one, other]);
  }

  function checkLine(text, problem, number) {
    let fields;
    try {
      fields = parseLine(text, problem, number);
      if (Object.hasOwn(fields, 'type')) {
        if (fields.seq !== undefined && fields.seq !== null) asSeq('seq', fields.seq);
        reading(() => commandOf(fields));
        if (!['execute', 'execute_plan'].includes(fields.type)) return;
      }
    } catch (error) {
      const wire = errorToWire(error);
      requireGoodError(wire);
      require(!JSON.stringify({ type: 'error', payload: wire }).includes(
        '\n',
      ), 'an error is one line');
      return;
    }
    if (fields.type === 'execute_plan') checkPlan(fields.plan, text);
    else checkRequest(fields.type === 'execute' ? fields.request : fields, text);
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
