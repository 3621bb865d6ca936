/**
 * The fields of a request. Values cross into the engine in the order of these tables, and
 * `tools/generate-fields.mjs` writes the C++ code that reads them.
 */

import type {
  Command,
  ExecutionMetadata,
  ExecutionRequest,
  ProcessLimits,
  ProgressPattern,
  PtyOptions,
  RunOptions,
  StopStep,
} from '../../../types/request';
import type { ExecutionFilter } from '../../../types/result';
import { integer, type TableOf } from './kinds';

export const REQUEST = {
  id: 'id',
  command: 'command',
  env: 'environment',
  extendEnv: 'boolean',
  color: 'boolean',
  ansi: 'ansi',
  workingDir: 'path',
  timeoutMs: 'number',
  idleTimeoutMs: 'number',
  leaseMs: 'number',
  outputLogPath: 'path',
  recordPath: 'path',
  input: 'bytes',
  stdin: 'stdin',
  killSignal: 'signal',
  forceKillAfterDelayMs: 'delay',
  stop: 'stop',
  maxOutputSizeBytes: integer(0),
  oversizedOutputStrategy: 'strategy',
  mergeStderr: 'boolean',
  pty: 'pty',
  priority: 'finite',
  key: 'key',
  redact: 'secrets',
  capture: 'capture',
  limits: 'limits',
  umask: 'umask',
  // The system keeps the highest number for itself.
  uid: integer(0, 0xffff_fffe),
  gid: integer(0, 0xffff_fffe),
  metadata: 'metadata',
  progress: 'progress',
} as const satisfies TableOf<ExecutionRequest>;

/** Values that cross with a request and are not its fields. */
export const REQUEST_CONTEXT = [
  /** A relative `outputLogPath` as it was given; `outputLogPath` itself crosses as an absolute path. */
  'relativeLogPath',
  /** The same of `recordPath`. */
  'relativeRecordPath',
  /** `NAME=value` entries to inherit, if the engine cannot read the environment itself. */
  'inheritedEnv',
  /** `key` and `key=value` of each tag of the metadata: what a listing filters by. */
  'tags',
  /** Whether the output of the execution is delivered from its start. */
  'watch',
] as const;

type Optional<T> = { [Field in keyof T as undefined extends T[Field] ? Field : never]: T[Field] };
type Required<T> = { [Field in keyof T as undefined extends T[Field] ? never : Field]: T[Field] };
type CommandTable<C> = {
  required: TableOf<Omit<Required<C>, 'type'>>;
  optional: TableOf<Optional<C>>;
};

/** The types of commands. A command crosses as the index of its type here, then its fields. */
export const COMMANDS = {
  shell: { required: { command: 'text' }, optional: { shell: 'text' } },
  exec: { required: { program: 'text' }, optional: { args: 'texts' } },
  script: { required: { path: 'path' }, optional: { interpreter: 'text', args: 'texts' } },
  awsCli: {
    required: { service: 'text', operation: 'text' },
    optional: { args: 'texts', profile: 'text', region: 'text' },
  },
} as const satisfies {
  [Type in Command['type']]: CommandTable<Extract<Command, { type: Type }>>;
};

export const LIMITS = {
  cpuSeconds: integer(1),
  addressSpaceBytes: integer(1),
  fileSizeBytes: integer(0),
  openFiles: integer(3),
  processes: integer(1),
  coreBytes: integer(0),
  nice: integer(-20, 19),
  memoryMax: integer(1),
  pidsMax: integer(1),
} as const satisfies TableOf<ProcessLimits>;

export const STOP_STEP = {
  signal: 'signal',
  to: 'stopTarget',
  waitMs: 'number',
} as const satisfies TableOf<StopStep>;

export const PTY = {
  cols: integer(1, 65_535),
  rows: integer(1, 65_535),
  term: 'text',
} as const satisfies TableOf<PtyOptions>;

export const PROGRESS = {
  pattern: 'pattern',
  flags: 'text',
} as const satisfies TableOf<ProgressPattern>;

/** The fields of the metadata that have a meaning. All others are the caller's. */
export const METADATA = {
  source: 'text',
  conversationId: 'text',
  tags: 'tags',
} as const satisfies TableOf<Pick<ExecutionMetadata, 'source' | 'conversationId' | 'tags'>>;

export const FILTER = {
  status: 'statuses',
  tag: 'tag',
  key: 'key',
  limit: integer(0),
} as const satisfies TableOf<ExecutionFilter>;

export const RUN_OPTIONS = {
  signal: 'abortSignal',
  reject: 'boolean',
} as const satisfies TableOf<RunOptions>;

/** Members of the engine's structures that are not named like their field. */
export const MEMBERS: Readonly<Record<string, string>> = {
  stdin: 'stdin_mode',
  forceKillAfterDelayMs: 'force_kill_after',
  umask: 'limits.umask',
  'filter.status': 'statuses',
};
