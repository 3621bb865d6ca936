/** `createFakeEngine()`: checks the options of the test. */

import type { FakeEngine, FakeEngineOptions } from '../../types/testing';
import { configOver, ownFields, wrongType } from '../core/index';
import { DEFAULT_CONFIG } from './default-config';
import { TestEngine } from './test-engine';

/**
 * Makes an engine that starts no processes: a function of the test answers its requests. Events, handles, iterators,
 * results, listings, cancel, timeouts, limits and errors are those of a real engine. It does not need the native binary.
 *
 * The shape of a request is checked, but not whether its program, script or directory exists. Of its fields `id`, `command`,
 * `input`, `stdin`, `mergeStderr`, `priority`, `key`, `timeoutMs` and `metadata` have an effect; nothing is redacted or logged.
 * Timeouts use the timers of the moment, so a test can replace them.
 *
 * @throws `TypeError`; `ERR_INVALID_CONFIG`
 * @example
 * ```ts
 * const engine = createFakeEngine({
 *   on({ command }) {
 *     if (command.type === 'exec' && command.program === 'git') return ['main', 'next'];
 *     return { exitCode: 127, stderr: 'not found\n' };
 *   },
 * });
 * ```
 */
export function createFakeEngine(options: FakeEngineOptions): FakeEngine {
  const { on, config } = ownFields('options', Object(options), ['on', 'config']);
  if (typeof on !== 'function') throw wrongType('options.on', 'of type function', on);
  const effective = configOver(DEFAULT_CONFIG, config);
  return new TestEngine(on as FakeEngineOptions['on'], effective);
}
