import { PassThrough } from 'node:stream';
import { serveBridge } from 'escher-execution-engine/bridge';
import { makeEngine } from '../../support/engine';
import { rejection } from '../../support/expectations';

test.each([
  ['options.graceMs', { graceMs: -1 }, 'ERR_OUT_OF_RANGE'],
  ['options.graceMs', { graceMs: 'x' }, 'ERR_INVALID_ARG_TYPE'],
  ['options.signal', { signal: 5 }, 'ERR_INVALID_ARG_TYPE'],
  ['options.atEnd', { atEnd: 'x' }, 'ERR_INVALID_ARG_VALUE'],
  ['options.maxLineBytes', { maxLineBytes: Number.NaN }, 'ERR_OUT_OF_RANGE'],
])('serveBridge rejects an invalid %s before it reads: %j', async (name, options, code) => {
  const [there, back] = [new PassThrough(), new PassThrough()];
  const line = '{"type":"hello"}\n';
  there.end(line);
  const served = serveBridge(makeEngine(), { readable: there, writable: back }, options as never);
  expect(await rejection(served)).toMatchObject({
    code,
    message: expect.stringContaining(`"${name}"`),
  });
  expect(String(there.read())).toBe(line);
});

test.each([
  ['streams', undefined],
  ['streams.readable', {}],
  ['streams.writable', { readable: new PassThrough(), writable: 5 }],
])('serveBridge rejects invalid %s', async (name, streams) => {
  expect(await rejection(serveBridge(makeEngine(), streams as never))).toMatchObject({
    code: 'ERR_INVALID_ARG_TYPE',
    message: expect.stringContaining(`"${name}"`),
  });
});
