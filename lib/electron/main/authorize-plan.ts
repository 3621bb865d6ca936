/** Asks the app whether a page may run a plan: whether it may run each of its commands. */

import type { PageSender } from '../../../types/electron-main';
import type { ExecutionPlan, PlanCommand } from '../../../types/plan';
import { ownValue, PATTERNS_NOT_ALLOWED, refusePlanPatterns } from '../../core/index';
import { codedError } from '../page-errors';
import { authorizedRequest } from './authorize';
import type { ExposeSettings } from './expose-options';

/** The plan to run. Rejects if the app does not allow one of its commands. The rest of it has not been checked. */
export async function authorizedPlan(
  untrusted: unknown,
  sender: PageSender,
  settings: ExposeSettings,
): Promise<ExecutionPlan> {
  const given = ownValue(untrusted, 'commands');
  if (!Array.isArray(given)) {
    const problem = 'The "plan" must be an object with an array "commands"';
    throw codedError('ERR_INVALID_ARG_TYPE', problem);
  }
  if (!settings.allowProgressPatterns) refusePlanPatterns(untrusted, PATTERNS_NOT_ALLOWED);
  const commands: PlanCommand[] = [];
  for (const command of given) commands.push(await authorizedCommand(command, sender, settings));
  return { ...(untrusted as ExecutionPlan), commands };
}

/** The app decides on the request. The name and the retries are those of the page. */
async function authorizedCommand(
  untrusted: unknown,
  sender: PageSender,
  settings: ExposeSettings,
): Promise<PlanCommand> {
  const { name: _name, retry: _retry, ...request } = Object(untrusted) as PlanCommand;
  const [name, retry] = ['name', 'retry'].map((field) => ownValue(untrusted, field));
  return {
    ...(await authorizedRequest(request, sender, settings)),
    ...(name !== undefined && { name: name as string }),
    ...(retry !== undefined && { retry: retry as PlanCommand['retry'] }),
  };
}
