/** An engine whose owner runs its commands, for a plan of another process or of a page. */

import type { Execution, ExecutionEngineApi } from '../../../types/api';
import type { ExecutionRequest, RunOptions } from '../../../types/request';
import { shareRunningPlans } from './running-plans';

/** `engine` with another `run()`. All other members are those of `engine`. */
export function engineThatRuns<Engine extends ExecutionEngineApi>(
  engine: Engine,
  run: (request: ExecutionRequest, options?: RunOptions) => Execution,
): Engine {
  // Without a prototype, from which it could inherit a trap.
  const handler = {
    __proto__: null,
    get(target: Engine, name: PropertyKey): unknown {
      if (name === 'run') return run;
      const value: unknown = Reflect.get(target, name, target);
      return typeof value === 'function' ? value.bind(target) : value;
    },
  };
  const standIn = new Proxy(engine, handler as ProxyHandler<Engine>);
  shareRunningPlans(standIn, engine);
  return standIn;
}
