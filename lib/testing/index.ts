/** The public names of `escher-execution-engine/testing`. */

export type {
  FakeAnswer,
  FakeEngine,
  FakeEngineOptions,
  FakeLine,
  FakeLines,
  FakeProcess,
  FakeResult,
} from '../../types/testing';
export { createFakeEngine } from './create-fake-engine';
