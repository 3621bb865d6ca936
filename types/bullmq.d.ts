/** Public contract of `escher-execution-engine/bullmq`: commands as jobs of BullMQ, run by engines on several machines. */

import type { ConnectionOptions as TlsOptions } from 'node:tls';
import type { ExecutionRequest } from './request';
import type { ExecutionStatus, ResourceUsage, TerminalStatus } from './result';

/** A Redis server. */
export interface FleetRedis {
  /** @defaultValue `'127.0.0.1'` */
  host?: string | undefined;
  /** @defaultValue `6379` */
  port?: number | undefined;
  /** The number of the database. Every call rejects if the server does not have it. @defaultValue `0` */
  db?: number | undefined;
  /** The user of the access control list. */
  username?: string | undefined;
  /** The password of that user. */
  password?: string | undefined;
  /** Options of TLS; without them the connection is not encrypted. */
  tls?: TlsOptions | undefined;
}

/** A PostgreSQL server, version 15 or later. Its tables are created at the first connection. */
export interface FleetPostgres {
  /** The connection string, such as `postgres://user@host:5432/database`. */
  postgres: string;
}

/** Where jobs and their results are stored. */
export type FleetConnection = FleetRedis | FleetPostgres;

/** What a queue and a worker have in common. */
export interface FleetOptions {
  /** The store. Every queue and every worker opens connections of its own, and closes them. */
  connection: FleetConnection;
  /**
   * The first part of all names in the store. The same for a queue and its workers.
   * @defaultValue `'bull'`, as in BullMQ
   */
  prefix?: string | undefined;
  /**
   * Called with errors of connections and of the store. Nothing else reports them: operations are repeated.
   * @defaultValue none: they are ignored
   */
  onError?: ((error: Error) => void) | undefined;
}

/** How many finished jobs the store keeps. */
export interface FleetRetention {
  /** The number of completed jobs, and the number of failed jobs. @defaultValue `1000` */
  count?: number | undefined;
  /** Seconds for which a finished job is kept. @defaultValue `86_400` */
  ageSecs?: number | undefined;
}

/** Options of {@link CommandQueue}. */
export interface CommandQueueOptions extends FleetOptions {
  /** The number of events that the store keeps, about. @defaultValue `1000` */
  eventsMaxLen?: number | undefined;
  /** Finished jobs that the store keeps. */
  retention?: FleetRetention | undefined;
}

/**
 * A failure after which a job is run again, while it has attempts left: `'launch'`, no process was created, so nothing
 * ran; `'timeout'`; an exit code.
 */
export type RetryOn = 'launch' | 'timeout' | number;

/** The time before a further attempt, as in BullMQ. */
export interface FleetBackoff {
  /** `'exponential'`: the delay doubles with each attempt. */
  type: 'fixed' | 'exponential';
  /** Milliseconds before the second attempt. */
  delay: number;
}

/** Options of `CommandQueue.add()`. */
export interface AddOptions {
  /**
   * Jobs of one key share the limit that `keyLimit` of the workers returns, over all machines: an account, a host, a
   * stack. They start in the order in which they were added. 1 to 256 characters.
   * @defaultValue none
   */
  key?: string | undefined;
  /** How often the command may be run. An integer from 1 to 1000. @defaultValue `1` */
  attempts?: number | undefined;
  /** @defaultValue none: at once */
  backoff?: FleetBackoff | undefined;
  /** Which failures lead to a further attempt. @defaultValue `['launch']` */
  retryOn?: readonly RetryOn[] | undefined;
  /**
   * Whether the command may be run again after its worker was lost. `false`: at most one run for each attempt, and
   * `ERR_LOST` if it is unknown how it ended.
   * @defaultValue `false`
   */
  idempotent?: boolean | undefined;
  /** Milliseconds before the first attempt. An integer from 0 to 31_622_400_000, a year. @defaultValue `0` */
  delay?: number | undefined;
  /** While a job with this id has not finished, adding another one returns the id of that job. */
  deduplicationId?: string | undefined;
  /**
   * Variables of the command whose values are secrets: the name of each, 1 to 256 characters without `=`, and a reference
   * that `resolveSecrets` of the worker turns into the value. The store has the references only.
   * @defaultValue none
   */
  secretRefs?: Readonly<Record<string, string>> | undefined;
}

/** The `code` of an error of the fleet. Other codes are those of the engine. */
export type FleetErrorCode =
  /** The command ended with a non-zero exit code, or by a signal. */
  | 'ERR_COMMAND_FAILED'
  /** The `timeoutMs` or the `idleTimeoutMs` of the request expired. */
  | 'ERR_TIMEOUT'
  /** `cancel()` was called. */
  | 'ERR_CANCELLED'
  /** The worker was lost, or lost its lock. Whether the command ran to its end is unknown. */
  | 'ERR_LOST'
  /** The worker was shut down while the command ran. */
  | 'ERR_INTERRUPTED'
  /** `authorize` of the worker refused the command. */
  | 'ERR_REFUSED'
  /** `resolveSecrets` of the worker failed, or returned too little. */
  | 'ERR_SECRETS'
  /** The job is larger than the store may have, or is not one of {@link CommandQueue}: the message has the reason. */
  | 'ERR_JOB_DATA'
  /** The store has no such job. */
  | 'ERR_JOB_NOT_FOUND'
  /** The queue or the worker was closed. */
  | 'ERR_QUEUE_CLOSED';

/** The error of a command, as plain data. */
export interface CommandFailure {
  /** A {@link FleetErrorCode}, or a code of the engine, such as `ERR_SPAWN_FAILED`. */
  code: string;
  /** At most 512 bytes, redacted. */
  message: string;
}

/** How one attempt of a job ended. Plain data, at most 16 KiB as JSON. */
export interface CommandOutcome {
  /** The id of the job. */
  jobId: string;
  /** The number of the attempt, from 1. */
  attempt: number;
  /** The id of the execution, a new one for each attempt; `null` if the engine got no request. */
  executionId: string | null;
  /** How it ended. */
  status: TerminalStatus;
  /** Whether the status is `completed`. */
  success: boolean;
  /** Whether a further attempt follows. */
  willRetry: boolean;
  /** The exit code, or `null` as in the result of an engine. */
  exitCode: number | null;
  /** The signal that ended the process, or `null`. */
  signal: string | null;
  /** The start of the process in milliseconds since the epoch; `null` if there was none. */
  startedAt: number | null;
  /** The end in milliseconds since the epoch, by the clock of the worker. */
  completedAt: number;
  /** Milliseconds from the start of the process to the end. */
  durationMs: number;
  /** Bytes that the command wrote to stdout. */
  stdoutBytes: number;
  /** Bytes that the command wrote to stderr. */
  stderrBytes: number;
  /** The last bytes of stdout, redacted; see `tailBytes` of the worker. */
  stdoutTail: string;
  /** The last bytes of stderr, redacted. */
  stderrTail: string;
  /** What the process used, or `null`. */
  resourceUsage: ResourceUsage | null;
  /** The name of the machine. */
  host: string;
  /** The path of the log file on that machine, or `null`. */
  logFile: string | null;
  /** `null` on success. */
  error: CommandFailure | null;
}

/** One line of a job, from `CommandQueue.tail()`. */
export interface TailLine {
  /** The stream that the command wrote the line to. */
  stream: 'stdout' | 'stderr';
  /** The text, redacted, without its end of line. */
  line: string;
  /** The number of the attempt, from 1. */
  attempt: number;
}

/** The state of a job, from `CommandQueue.status()`. */
export interface JobStatus {
  /** As of an execution: a job that waits or is delayed is `pending`. */
  status: ExecutionStatus;
  /** The number of attempts that have begun. */
  attempts: number;
  /** The key, or `null`. */
  key: string | null;
  /** The worker that runs the job, or ran it last; `null` before its first start. */
  worker: string | null;
}

/** The job of a command, as `authorize` and `resolveSecrets` see it. */
export interface CommandJob {
  /** The id of the job. */
  id: string;
  /** The name of the queue. */
  queue: string;
  /** The number of the attempt, from 1. */
  attempt: number;
  /** The key, or `null`. */
  key: string | null;
}

/** Options of `createCommandWorker()`. */
export interface CommandWorkerOptions extends FleetOptions {
  /**
   * The number of commands that run at a time. At most `maxConcurrentExecutions` of the engine, whose
   * `maxQueuedExecutions` must be 0: a command that waits in the engine has no lease.
   * @defaultValue `16`, or `maxConcurrentExecutions` if that is less
   */
  concurrency?: number | undefined;
  /** The name under which other machines see this worker. @defaultValue the name of the host, and the process ID */
  name?: string | undefined;
  /**
   * Milliseconds for which a job belongs to this worker without a renewal. A command that cannot be renewed is ended
   * before that time, by the engine. From 3000 to 3_600_000.
   * @defaultValue `60_000`
   */
  lockMs?: number | undefined;
  /** Milliseconds for which `close()` lets commands run. @defaultValue `25_000` */
  drainMs?: number | undefined;
  /**
   * Decides whether a command may run here. `false` and an error refuse it. It gets frozen copies: changing one is such an
   * error.
   * @defaultValue all may
   */
  authorize?:
    | ((request: Readonly<ExecutionRequest>, job: CommandJob) => boolean | Promise<boolean>)
    | undefined;
  /** Returns the value for each name of `secretRefs`. At least 4 characters each, since they are redacted. */
  resolveSecrets?:
    | ((
        refs: Readonly<Record<string, string>>,
        job: CommandJob,
      ) => Readonly<Record<string, string>> | Promise<Readonly<Record<string, string>>>)
    | undefined;
  /**
   * How many jobs of a key run at a time, on all machines together; the same on all of them.
   * @defaultValue `1` for every key
   */
  keyLimit?: ((key: string) => number) | undefined;
  /**
   * What happens to jobs whose worker was lost: `'fail'`, they fail with `ERR_LOST`, unless they are `idempotent`;
   * `'again'`, all of them run again.
   * @defaultValue `'fail'`
   */
  onLost?: 'fail' | 'again' | undefined;
  /** The lines that the store has while a command runs; `false`: none. */
  live?: { bytes?: number | undefined; flushMs?: number | undefined } | false | undefined;
  /** Bytes of the end of each stream that the outcome has, from 0 to 6144. @defaultValue `4096` */
  tailBytes?: number | undefined;
  /**
   * The directory of outcomes that are not in the store yet, on a disk that survives a restart of the worker. It is
   * created with mode 0700. One that other users can write to is refused.
   * @defaultValue `fleet` in the `journalDir` of the engine, else a directory of the user in the temporary directory
   */
  ledgerDir?: string | undefined;
  /** Called after each attempt, when its outcome is in the store; its errors go to `onError`. The job waits for it. */
  onFinished?: ((outcome: CommandOutcome) => void | Promise<void>) | undefined;
}

/** A worker, from `createCommandWorker()`. */
export interface CommandWorker {
  /**
   * Resolves when the worker takes jobs. Rejects if the ledger, the engine or the database cannot be used, and after
   * `close()`.
   */
  ready(): Promise<void>;
  /** Whether it takes jobs: connected, able to renew its locks, and not closing. For a readiness probe. */
  healthy(): boolean;
  /** The ids of the jobs that run here. */
  running(): readonly string[];
  /**
   * Takes no more jobs, waits `drainMs` for those that run, and cancels the rest: idempotent ones go back to waiting, the
   * others fail with `ERR_INTERRUPTED`. Shuts the engine down, then closes the connections. Never waits for longer than
   * `drainMs`, the grace period and 10 seconds.
   */
  close(): Promise<void>;
}
