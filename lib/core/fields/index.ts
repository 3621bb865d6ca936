/** All tables, for the generator and for the other parts of the package. */

export { CONFIG, CONFIG_CONTEXT } from './config';
export { ENUMS } from './enums';
export {
  COMMANDS,
  FILTER,
  LIMITS,
  MEMBERS,
  PROGRESS,
  PTY,
  REQUEST,
  REQUEST_CONTEXT,
  STOP_STEP,
} from './request';
export { RETURNED } from './result';
