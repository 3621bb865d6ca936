import { type ExecutionConfigInput, ExecutionEngine } from 'escher-execution-engine';
import { zombieChildren } from './processes';
import { waitFor } from './wait';

const made: ExecutionEngine[] = [];

/** An engine that ends with the test. */
export function makeEngine(config: ExecutionConfigInput = {}): ExecutionEngine {
  const engine = new ExecutionEngine(config);
  made.push(engine);
  return engine;
}

afterEach(async () => {
  await Promise.all(made.splice(0).map((engine) => engine.shutdown({ graceMs: 0 })));
  await waitFor('all children to be reaped', () => zombieChildren().length === 0);
});
