/// <reference types="node" />

/** Public contract: what is asked of an engine. */

import type { OversizedOutputStrategy } from './config';

/**
 * Runs `shell -c command`. Quoting is the caller's: never put untrusted text into `command`, use
 * {@link ExecCommand}.
 */
export interface ShellCommand {
  type: 'shell';
  command: string;
  /** @defaultValue `/bin/bash`, or `/bin/sh` where there is none; on Windows `cmd.exe` */
  shell?: string | undefined;
}

/**
 * Runs a program without a shell. A name without `/` is looked up through the PATH that the child
 * will have. A text file without a `#!` line is refused by the system (`ENOEXEC`): no shell steps in.
 */
export interface ExecCommand {
  type: 'exec';
  program: string;
  args?: readonly string[] | undefined;
}

/**
 * Runs a script file: with `interpreter`; else by its `#!` line when it is executable; else by its
 * extension (`.sh`, `.py`, `.js`, `.mjs`, `.cjs`, `.ts`, `.rb`, `.pl`, `.ps1`). `.ts` only where the
 * running Node executes it.
 */
export interface ScriptCommand {
  type: 'script';
  path: string | URL;
  interpreter?: string | undefined;
  args?: readonly string[] | undefined;
}

/** Runs `aws service operation args… [--profile profile] [--region region]`. */
export interface AwsCliCommand {
  type: 'awsCli';
  service: string;
  operation: string;
  args?: readonly string[] | undefined;
  profile?: string | undefined;
  region?: string | undefined;
}

/** What to run: the `type` says which of the four kinds it is. */
export type Command = ShellCommand | ExecCommand | ScriptCommand | AwsCliCommand;

/** The caller's own notes: anything JSON can hold. They come back in results and listings. */
export interface ExecutionMetadata {
  source?: string | undefined;
  conversationId?: string | undefined;
  /** `listExecutions({ tag })` finds executions by `key`, or by `key=value`. */
  tags?: Record<string, string> | undefined;
  [key: string]: unknown;
}

/**
 * What one command may use, through the limits of POSIX (`setrlimit`), for its process and those that it starts. A stricter
 * limit of the host stays in force. Linux only; elsewhere a launch with limits fails.
 */
export interface ProcessLimits {
  /** Seconds of CPU: `SIGXCPU` then, and `SIGKILL` a second later. Of each process on its own. */
  cpuSeconds?: number | undefined;
  addressSpaceBytes?: number | undefined;
  /** Of any file that is written. Over it there is `SIGXFSZ`. */
  fileSizeBytes?: number | undefined;
  openFiles?: number | undefined;
  /** Of all processes of the user, as the system counts them; does not hold for root. */
  processes?: number | undefined;
  /** `0`: no core dumps. */
  coreBytes?: number | undefined;
  /** From -20 to 19, the nicest. Below that of the host only with privileges. */
  nice?: number | undefined;
  /**
   * Bytes of memory of the whole tree, by a control group: over it the tree is killed. Needs Linux
   * with cgroup v2, delegated to the host, and the host in a group of its own inside of what is
   * delegated; else it is refused with `UNSUPPORTED_LIMIT`.
   */
  memoryMax?: number | undefined;
  /** Processes and threads of the whole tree, by a control group, as `memoryMax`. */
  pidsMax?: number | undefined;
}

/** Which lines of a command tell its progress. */
export interface ProgressPattern {
  /**
   * Tried on every line of both streams, and on every piece that ends in a carriage return, without
   * escape sequences. What a match captures is read by name: `percent` (0 to 100), `fraction`
   * (0 to 1), or `current` and `total`; without any of these names the first group is a percentage.
   * `label` is a text for people. No number means that it is not known. Of a line that is longer than
   * 512 characters the last 512 are tried, so that no pattern can hold JavaScript up for long.
   *
   * A string where the request has to pass as JSON.
   */
  pattern: RegExp | string;
  /** Of a `pattern` that is a string. */
  flags?: string | undefined;
}

/**
 * One command and how to run it. Unknown fields are refused by name.
 *
 * @example
 * ```ts
 * await engine.execute({
 *   command: { type: 'exec', program: 'git', args: ['status', '--short'] },
 *   workingDir: '/srv/project',
 *   timeoutMs: 10_000,
 * });
 * ```
 */
export interface ExecutionRequest {
  /**
   * A UUID, given back in lower case. One that the engine still holds is refused with
   * `ERR_DUPLICATE_ID`.
   * @defaultValue a random one (version 4)
   */
  id?: string | undefined;
  command: Command;
  /** Laid over the inherited environment; `null` and `undefined` remove the name. */
  env?: Readonly<Record<string, string | null | undefined>> | undefined;
  /**
   * `false`: `env` is the whole environment of the child.
   * @defaultValue `true`
   */
  extendEnv?: boolean | undefined;
  /**
   * Relative programs and scripts start from here too.
   * @defaultValue the working directory of this process
   */
  workingDir?: string | URL | undefined;
  /**
   * Milliseconds from the start of the process to its end by timeout. Above `maxTimeoutMs` it is
   * refused.
   * @defaultValue `defaultTimeoutMs` of the configuration
   */
  timeoutMs?: number | undefined;
  /**
   * Milliseconds without output after which the execution ends as by timeout. While a slow consumer
   * keeps the output from being read, that is no silence.
   * @defaultValue none
   */
  idleTimeoutMs?: number | undefined;
  /**
   * A log file for this execution, in place of the one in `logDir`. Emptied if it is there; a link, a
   * FIFO or a device is refused (`logError`).
   */
  outputLogPath?: string | URL | undefined;
  /** Written to the child's stdin, which is closed then. Not together with `stdin`. */
  input?: string | NodeJS.ArrayBufferView | ArrayBufferLike | undefined;
  /**
   * `'pipe'`: stdin is fed by `engine.sendInput()`, or by the `stdin` of the {@link Execution}
   * handle.
   * @defaultValue `'ignore'`, the null device
   */
  stdin?: 'pipe' | 'ignore' | undefined;
  /** @defaultValue `killSignal` of the configuration */
  killSignal?: NodeJS.Signals | number | undefined;
  /** @defaultValue `forceKillAfterDelayMs` of the configuration */
  forceKillAfterDelayMs?: number | false | undefined;
  /** @defaultValue `maxOutputSizeBytes` of the configuration */
  maxOutputSizeBytes?: number | undefined;
  /** @defaultValue `oversizedOutputStrategy` of the configuration */
  oversizedOutputStrategy?: OversizedOutputStrategy | undefined;
  /**
   * One pipe for both streams, so that their order is the true one; everything is stdout then.
   * @defaultValue `false`
   */
  mergeStderr?: boolean | undefined;
  /**
   * Higher ones leave the queue first.
   * @defaultValue `0`
   */
  priority?: number | undefined;
  /**
   * Secrets of this execution, besides those of the engine (`redact` of the configuration, which says more). What the
   * request itself says is redacted too: the command in listings and results, the metadata. A secret that is too short is
   * refused with `INVALID_REDACT`.
   * @defaultValue none
   */
  redact?: readonly string[] | undefined;
  /** Each in place of the one of the configuration. */
  limits?: ProcessLimits | undefined;
  /**
   * The file mode creation mask of the command, from 0 to 0o777.
   * @defaultValue `umask` of the configuration
   */
  umask?: number | undefined;
  metadata?: ExecutionMetadata | undefined;
  /**
   * Makes `progress` events of what the command says of itself: of lines that match a pattern, and of
   * the escape sequence `OSC 9;4` that terminals show in their task bar (`true`: of that alone). With
   * `ansi: 'sgr'` in the configuration that sequence stays in the output then; with `'strip'` it does
   * not, and tells nothing. Lines are looked at only while somebody listens to `progress`.
   * @defaultValue `false`
   */
  progress?: ProgressPattern | boolean | undefined;
}

/** How long to wait, of methods that wait. */
export interface WaitOptions {
  /**
   * Ends the wait, and nothing else, when it is aborted: the promise rejects with an `AbortError`
   * (`code: 'ABORT_ERR'`) whose `cause` is the reason of the signal. Aborted beforehand, nothing is
   * done at all.
   */
  signal?: AbortSignal | undefined;
}

/** Options of `engine.run()`. */
export interface RunOptions {
  /**
   * Cancels the execution when it is aborted; aborted beforehand, no process is made and the result
   * is a `cancelled` one, of which the engine keeps no record. The reason becomes the `cause` of the error, if there is one.
   */
  signal?: AbortSignal | undefined;
  /**
   * Whether the result rejects with an {@link ExecutionError} that bears `.result` for everything
   * but success.
   * @defaultValue `false`
   */
  reject?: boolean | undefined;
}
