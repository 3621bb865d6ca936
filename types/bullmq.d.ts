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

/** Options of a queue and of a worker. */
export interface FleetOptions {
  /** The store. Every queue and every worker opens its own connections, and `close()` closes them. */
  connection: FleetConnection;
  /**
   * The prefix of all names in the store. A queue and its workers must have the same.
   * @defaultValue `'bull'`, as in BullMQ
   */
  prefix?: string | undefined;
  /**
   * Called with errors that no promise reports: errors of connections and of the store after which an operation is
   * retried, and errors of the hooks of a worker.
   * @defaultValue none: these errors are ignored
   */
  onError?: ((error: Error) => void) | undefined;
}

/** How many finished jobs the store keeps. */
export interface FleetRetention {
  /** The largest number of completed jobs, and the largest number of failed jobs. @defaultValue `1000` */
  count?: number | undefined;
  /** Seconds for which a finished job is kept. @defaultValue `86_400` */
  ageSecs?: number | undefined;
}

/** Options of {@link CommandQueue}. */
export interface CommandQueueOptions extends FleetOptions {
  /** The approximate number of events that the store keeps. @defaultValue `1000` */
  eventsMaxLen?: number | undefined;
  /** Finished jobs that the store keeps. */
  retention?: FleetRetention | undefined;
}

/**
 * A failure after which a job is run again, while it has attempts left: `'launch'` (no process was created),
 * `'timeout'`, or an exit code from 1 to 255.
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
   * Jobs with the same key share the limit that `keyLimit` of the workers returns, over all machines. A key is the name
   * of an account, a host or a stack, for example. The jobs start in the order in which they were added. 1 to 256
   * characters.
   * @defaultValue none
   */
  key?: string | undefined;
  /** The largest number of attempts, the first one included. An integer from 1 to 1000. @defaultValue `1` */
  attempts?: number | undefined;
  /** The delay before each further attempt. @defaultValue no delay */
  backoff?: FleetBackoff | undefined;
  /** Which failures lead to a further attempt. @defaultValue `['launch']` */
  retryOn?: readonly RetryOn[] | undefined;
  /**
   * Whether the command may be run again after its worker was lost. `false`: at most one run for each attempt, and
   * `ERR_LOST` if it is unknown how it ended.
   * @defaultValue `false`
   */
  idempotent?: boolean | undefined;
  /** Milliseconds before the first attempt. An integer from 0 to 31_622_400_000 (366 days). @defaultValue `0` */
  delay?: number | undefined;
  /** While a job with this deduplication id has not finished, `add()` returns the id of that job and adds no other. */
  deduplicationId?: string | undefined;
  /**
   * Environment variables whose values are secrets: the name of each, 1 to 256 characters without `=`, and a reference
   * that `resolveSecrets` of the worker resolves to the value. The store contains the references only.
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
  /** `authorize` did not allow the command, `keyLimit` failed, or the grace period is too long for `lockMs`. */
  | 'ERR_REFUSED'
  /** `resolveSecrets` of the worker failed, or did not return all values. */
  | 'ERR_SECRETS'
  /** The data of the job exceeds 64 KiB, or no `add()` of this version wrote it. The message has the reason. */
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
  /**
   * The id of the execution, a new one for each attempt; `null` if the engine received no request, and if the worker was
   * killed.
   */
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
  /** The time of the end in milliseconds since the epoch, by the clock of the worker. */
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
  /** The resources that the process used, or `null`. */
  resourceUsage: ResourceUsage | null;
  /** The host name of the machine. */
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
  /** The status of the job, as that of an execution. A job that waits or is delayed is `pending`. */
  status: ExecutionStatus;
  /** The number of attempts that have begun. */
  attempts: number;
  /** The key, or `null`. */
  key: string | null;
  /** The worker that runs the job, ran it last, or last found that its key has no slot; `null` before that. */
  worker: string | null;
}

/** The job of a command, for `authorize` and `resolveSecrets`. */
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
   * The largest number of commands that run at a time. At most `maxConcurrentExecutions` of the engine, whose
   * `maxQueuedExecutions` must be 0: a command that waits in the engine has no lease.
   * @defaultValue `16`, or `maxConcurrentExecutions` if that is less
   */
  concurrency?: number | undefined;
  /** The name of this worker in the status of jobs. @defaultValue the host name and the process ID, as `host:1234` */
  name?: string | undefined;
  /**
   * Milliseconds for which the lock of a job is valid without a renewal. If the lock cannot be renewed, the engine ends
   * the command before the lock expires. From 3000 to 3_600_000.
   * @defaultValue `60_000`
   */
  lockMs?: number | undefined;
  /** Milliseconds that `close()` waits for running commands before it cancels them. @defaultValue `25_000` */
  drainMs?: number | undefined;
  /**
   * Decides whether a command may run here. If it returns `false` or throws, the job fails with `ERR_REFUSED`. It
   * receives frozen copies, so an attempt to change one throws.
   * @defaultValue every command may run
   */
  authorize?:
    | ((request: Readonly<ExecutionRequest>, job: CommandJob) => boolean | Promise<boolean>)
    | undefined;
  /** Returns the value for each name in `secretRefs`. Each must have at least 4 characters, so that it can be redacted. */
  resolveSecrets?:
    | ((
        refs: Readonly<Record<string, string>>,
        job: CommandJob,
      ) => Readonly<Record<string, string>> | Promise<Readonly<Record<string, string>>>)
    | undefined;
  /**
   * The largest number of jobs with a key that run at a time, over all machines. It must be the same on all of them.
   * @defaultValue `1` for every key
   */
  keyLimit?: ((key: string) => number) | undefined;
  /**
   * What happens to jobs whose worker was lost: `'fail'`, they fail with `ERR_LOST`, unless they are `idempotent`;
   * `'again'`, all of them run again.
   * @defaultValue `'fail'`
   */
  onLost?: 'fail' | 'again' | undefined;
  /**
   * The lines of a job in the store: at most `bytes` (1024 to 1_048_576, by default 262_144), written every `flushMs`
   * milliseconds (10 to 60_000, by default 250). `false`: none.
   */
  live?: { bytes?: number | undefined; flushMs?: number | undefined } | false | undefined;
  /** The number of last bytes of each stream in the outcome, from 0 to 6144. @defaultValue `4096` */
  tailBytes?: number | undefined;
  /**
   * The directory of outcomes that are not in the store yet, on a disk that survives a restart of the worker. It is
   * created with mode 0700. A directory that other users can write to is rejected.
   * @defaultValue `fleet` in the `journalDir` of the engine, else a directory of the user in the temporary directory
   */
  ledgerDir?: string | undefined;
  /**
   * Called after each attempt, when its outcome is in the store. The job finishes after it. Its errors are passed to
   * `onError`.
   */
  onFinished?: ((outcome: CommandOutcome) => void | Promise<void>) | undefined;
}

/** A worker, from `createCommandWorker()`. */
export interface CommandWorker {
  /**
   * Resolves when the worker takes jobs. Rejects if the ledger, the engine or the database cannot be used, and after
   * `close()`.
   */
  ready(): Promise<void>;
  /** Whether the worker takes jobs: connected, able to renew its locks, and not closing. For a readiness probe. */
  healthy(): boolean;
  /** The ids of the jobs that run here. */
  running(): readonly string[];
  /**
   * Takes no more jobs, waits up to `drainMs` for running jobs, and cancels the rest: idempotent jobs wait again, the
   * others fail with `ERR_INTERRUPTED`. Then shuts the engine down and closes the connections. Never takes longer than the
   * sum of `drainMs`, the grace period and 10 seconds.
   */
  close(): Promise<void>;
}
