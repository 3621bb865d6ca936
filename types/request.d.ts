/** Public contract: the requests to an engine. */

import type { OversizedOutputStrategy } from './config';
import type { InputData, SignalName } from './values';

/**
 * Runs a command with a shell, as `shell -c command`. The caller must quote its parts: never put untrusted text into
 * `command`. Use {@link ExecCommand} for untrusted values.
 */
export interface ShellCommand {
  type: 'shell';
  /** The text of the command, in the language of the shell. */
  command: string;
  /**
   * The shell. A name without `/` is looked up in the PATH of the child.
   * @defaultValue `/bin/bash`, or `/bin/sh` if there is no bash; on Windows `cmd.exe`
   */
  shell?: string | undefined;
}

/**
 * Runs a program without a shell. The arguments are passed unchanged. An executable text file without a `#!` line fails
 * with `ERR_SPAWN_FAILED` and `ENOEXEC`: there is no fallback to a shell.
 */
export interface ExecCommand {
  type: 'exec';
  /**
   * A name without `/` is looked up in the PATH that the child will have. Another relative path is resolved against
   * `workingDir`.
   */
  program: string;
  /** @defaultValue `[]` */
  args?: readonly string[] | undefined;
}

/**
 * Runs a script file. It uses, in this order: `interpreter`; the `#!` line, if the file is executable; the extension
 * (`.sh`, `.py`, `.js`, `.mjs`, `.cjs`, `.ts`, `.rb`, `.pl`, `.ps1`). `.ts` works only if the Node of the host runs
 * TypeScript. If the first `node` in PATH is another one, the Node of the host runs the script.
 */
export interface ScriptCommand {
  type: 'script';
  /** The file. A relative path is resolved against `workingDir`. */
  path: string | URL;
  /** The program that runs the script, looked up like the `program` of an {@link ExecCommand}. */
  interpreter?: string | undefined;
  /** @defaultValue `[]` */
  args?: readonly string[] | undefined;
}

/**
 * Runs `aws service operation args… [--profile profile] [--region region]`, with the `aws` in the PATH of the child.
 */
export interface AwsCliCommand {
  type: 'awsCli';
  /** The service, for example `s3`. */
  service: string;
  /** The operation, for example `ls`. */
  operation: string;
  /** Arguments after the operation. */
  args?: readonly string[] | undefined;
  /** A named profile of the AWS CLI. */
  profile?: string | undefined;
  /** The region, for example `eu-central-1`. */
  region?: string | undefined;
}

/** A command. Its `type` selects one of the four kinds. */
export type Command = ShellCommand | ExecCommand | ScriptCommand | AwsCliCommand;

/** Data of the caller: anything that JSON can represent. Results and listings return it. */
export interface ExecutionMetadata {
  /** Where the request comes from. */
  source?: string | undefined;
  /** The conversation that the request belongs to. */
  conversationId?: string | undefined;
  /** `listExecutions({ tag })` finds executions by `key` or by `key=value`. */
  tags?: Record<string, string> | undefined;
  [key: string]: unknown;
}

/**
 * Limits of one command, through the resource limits of POSIX (`setrlimit`): each process of the command has them. A
 * stricter limit of the host stays in force. Linux only: elsewhere a launch with limits fails.
 */
export interface ProcessLimits {
  /** Seconds of CPU time of each process. Above it the process gets `SIGXCPU`, and `SIGKILL` a second later. */
  cpuSeconds?: number | undefined;
  /** Bytes of address space of each process. Above it allocations fail. */
  addressSpaceBytes?: number | undefined;
  /** Bytes of any file that a process writes. Above it the process gets `SIGXFSZ`. */
  fileSizeBytes?: number | undefined;
  /** The number of open descriptors of each process. */
  openFiles?: number | undefined;
  /** The number of processes and threads of the user on the whole machine. It does not apply to root. */
  processes?: number | undefined;
  /** Bytes of a core dump; `0` = no core dumps. */
  coreBytes?: number | undefined;
  /** The nice value, from -20 to 19, the lowest priority. A value below that of the host needs privileges. */
  nice?: number | undefined;
  /**
   * Bytes of memory of the whole process tree, through a control group. Above it the tree is killed. It needs Linux
   * with a cgroup v2 that is delegated to the host, and the host in a group of its own below the delegated one.
   * Otherwise the request is rejected with `UNSUPPORTED_LIMIT`.
   */
  memoryMax?: number | undefined;
  /** The number of processes and threads of the whole process tree, through a control group, like `memoryMax`. */
  pidsMax?: number | undefined;
}

/** One step of {@link ExecutionRequest.stop}: a signal, and the time that the command has to act on it. */
export interface StopStep {
  /** The name or number of a signal of this platform. Not `SIGKILL`, which follows the last step. */
  signal: SignalName | number;
  /**
   * `'tree'`: every process of the command, also those that left its process group. `'leader'`: the process that was
   * launched, and no other. Once that has exited, such a step is skipped.
   * @defaultValue `'tree'`
   */
  to?: 'tree' | 'leader' | undefined;
  /**
   * Milliseconds until the next step. The wait ends early when the whole tree has ended. A finite number, at least 0.
   */
  waitMs: number;
}

/** The size of a terminal, in characters. */
export interface TerminalSize {
  /** The number of columns, from 1 to 65535. */
  cols: number;
  /** The number of rows, from 1 to 65535. */
  rows: number;
}

/** The pseudo-terminal of a command. */
export interface PtyOptions {
  /**
   * The number of columns, from 1 to 65535.
   * @defaultValue `80`
   */
  cols?: number | undefined;
  /**
   * The number of rows, from 1 to 65535.
   * @defaultValue `24`
   */
  rows?: number | undefined;
  /**
   * The type of the terminal: the variable `TERM` of the command, unless `env` names it.
   * @defaultValue `'xterm-256color'`
   */
  term?: string | undefined;
}

/** Selects the lines that report the progress of a command. */
export interface ProgressPattern {
  /**
   * The pattern is matched against every line of both streams, and every piece that ends in a carriage return, without
   * escape sequences. Its named groups are `percent` (0 to 100), `fraction` (0 to 1), or `current` and `total`; without
   * any of these the first group is a percentage. `label` is a text for display. If there is no number, the fraction is
   * unknown. Only the last 512 characters of a longer line are matched.
   *
   * The time of a match is linear in the output, for every pattern. Look-around and back references are therefore
   * rejected (`ERR_INVALID_ARG_VALUE`), and so are the flag `v`, patterns of more than 1000 characters, and repetitions
   * that expand to more than 1000 states (`a{1,2000}`).
   *
   * A string is used in requests that are sent as JSON. `serveBridge()` and `exposeEngine()` accept patterns only with
   * `allowProgressPatterns`, the subcommands `bridge` and `console` only with `--progress-patterns`.
   */
  pattern: RegExp | string;
  /** The flags of a `pattern` that is a string. */
  flags?: string | undefined;
}

/**
 * A command and how to run it. Unknown fields are rejected by name.
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
   * A UUID; results have it in lower case. An id that the engine has already is rejected with `ERR_DUPLICATE_ID`.
   * @defaultValue a random UUID (version 4)
   */
  id?: string | undefined;
  /** The command to run. */
  command: Command;
  /** Variables that are added to the inherited environment. `null` and `undefined` remove a name. */
  env?: Readonly<Record<string, string | null | undefined>> | undefined;
  /**
   * Whether the environment of the host is inherited. With `false`, `env` is the whole environment of the child.
   * @defaultValue `true`
   */
  extendEnv?: boolean | undefined;
  /**
   * The working directory of the command. Relative programs and scripts are resolved against it.
   * @defaultValue the working directory of the host at the time of the call
   */
  workingDir?: string | URL | undefined;
  /**
   * Milliseconds from the start of the process to the timeout, which ends the whole process tree. More than 0; above
   * `maxTimeoutMs` the request is rejected.
   * @defaultValue `defaultTimeoutMs` of the configuration
   */
  timeoutMs?: number | undefined;
  /**
   * Milliseconds without output on both streams after which the execution ends as by timeout. Time in which a slow
   * consumer keeps the engine from reading does not count. More than 0.
   * @defaultValue none
   */
  idleTimeoutMs?: number | undefined;
  /**
   * Asks the command for colours (`true`), or against them (`false`), by the variables that programs look at:
   * `FORCE_COLOR`, `CLICOLOR_FORCE`, `NO_COLOR`, `PY_COLORS`, and `TERM`. What `env` names is not changed.
   * @defaultValue as the environment says
   */
  color?: boolean | undefined;
  /**
   * Which escape sequences the output keeps, see `ansi` of {@link ExecutionConfig}.
   * @defaultValue `ansi` of the configuration
   */
  ansi?: 'raw' | 'sgr' | 'strip' | undefined;
  /**
   * A lease: unless {@link ExecutionEngineApi.renew} is called within this many milliseconds, again and again, the
   * execution is ended as `cancelled` with `ERR_LEASE_EXPIRED`. It begins with the process, and is counted on the engine's
   * threads, so a blocked event loop does not delay it. A finite number, at least 100.
   * @defaultValue none
   */
  leaseMs?: number | undefined;
  /**
   * A log file for this execution, instead of the one in `logDir`. An existing file is replaced by a new one. A symbolic
   * link, a FIFO, a device, a file with several hard links, a file of another user and a file that another execution
   * writes at that moment are not replaced; `logError` of the result has the reason. A relative path is resolved
   * against the working directory of the host at the call, also after that directory was renamed, unless the system
   * does not report its new name (Linux without `/proc`).
   * @defaultValue none
   */
  outputLogPath?: string | URL | undefined;
  /**
   * A recording of this execution: an asciicast v2 file, which `escher-execution-engine play`, asciinema and web players
   * show as it was. It has the output with its times, redacted, and the sizes of the terminal; never the input. With or
   * without `pty`: without one, both streams are recorded as they came, and lines end as on a terminal. The rules for the
   * file are those of {@link outputLogPath}, and it must be another file. An error never ends the command: `recordError` of the result has the reason.
   * @defaultValue none
   */
  recordPath?: string | URL | undefined;
  /**
   * Data for the stdin of the child, which is then closed. Strings are written as UTF-8. It cannot be combined with
   * `stdin`.
   * @defaultValue none
   */
  input?: InputData | undefined;
  /**
   * `'pipe'`: stdin is written by `engine.sendInput()`, or through the `stdin` of the {@link Execution}.
   * @defaultValue `'ignore'`: the null device; with `pty`: `'pipe'`
   */
  stdin?: 'pipe' | 'ignore' | undefined;
  /**
   * The first signal on timeout, cancel and shutdown.
   * @defaultValue `killSignal` of the configuration
   */
  killSignal?: SignalName | number | undefined;
  /**
   * The grace period: milliseconds from `killSignal` to `SIGKILL`; `false`: no `SIGKILL` before `shutdown()`.
   * @defaultValue `forceKillAfterDelayMs` of the configuration
   */
  forceKillAfterDelayMs?: number | false | undefined;
  /**
   * The signals before `SIGKILL`: 1 to 8 steps, one after the other. They are used on a timeout, cancel, expired lease,
   * output limit and shutdown. After the wait of the last step, `SIGKILL` ends the whole process tree. A second `cancel()`
   * goes on to the next step at once, and `shutdown()` limits the sum of the waits. `killSignal` and
   * `forceKillAfterDelayMs` are a short form for one step. One of them together with `stop`, and an invalid list, are
   * rejected with `INVALID_STOP`.
   * @defaultValue `stop` of the configuration
   */
  stop?: readonly StopStep[] | undefined;
  /**
   * Bytes of output that are kept of each stream.
   * @defaultValue `maxOutputSizeBytes` of the configuration
   */
  maxOutputSizeBytes?: number | undefined;
  /**
   * What happens to output beyond `maxOutputSizeBytes`.
   * @defaultValue `oversizedOutputStrategy` of the configuration
   */
  oversizedOutputStrategy?: OversizedOutputStrategy | undefined;
  /**
   * Whether both streams share one pipe. The order of their output is then exact, and all of it is stdout.
   * @defaultValue `false`
   */
  mergeStderr?: boolean | undefined;
  /**
   * A pseudo-terminal as stdin, stdout, stderr and controlling terminal of the command, in place of pipes. Its output is
   * stdout, with the escape sequences and the `\r\n` that the terminal writes; lines end at both `\n` and `\r\n`.
   *
   * Input is open as with `stdin: 'pipe'`, which may be given too; `stdin: 'ignore'` is refused. `closeInput()`, and the
   * end of `input`, send the end-of-file character of the terminal (Ctrl-D), which a command may handle otherwise. The
   * terminal accepts lines of up to 4095 bytes while it collects lines itself.
   *
   * The variables `COLUMNS`, `LINES`, `TERMCAP`, `TMUX`, `TMUX_PANE`, `STY`, `WINDOW` and `WINDOWID` are not inherited.
   * Linux only: elsewhere the request is rejected with `ERR_VALIDATION` and the reason `UNSUPPORTED_PTY`. `true` is all
   * defaults.
   * @defaultValue `false`
   */
  pty?: PtyOptions | boolean | undefined;
  /**
   * The priority in the queue. Requests with a higher number start first.
   * @defaultValue `0`
   */
  priority?: number | undefined;
  /**
   * Executions of one key share a limit, `keyLimits` or `maxConcurrentPerKey` of the configuration: a host, a file, a
   * stack. A request that waits for its key does not hold up others. 1 to 256 characters; redacted in results.
   * @defaultValue none
   */
  key?: string | undefined;
  /**
   * The user of the command, by its number. The supplementary groups are dropped, as by `spawn()` of Node.js. Without the
   * privilege the launch fails with `ERR_SPAWN_FAILED` and `syscall: 'setuid'`. POSIX only.
   * @defaultValue that of the host
   */
  uid?: number | undefined;
  /**
   * The group of the command, as `uid`; the failing step is `setgid`. Give both for another user: with `uid` alone the
   * command keeps the group of the host.
   * @defaultValue that of the host
   */
  gid?: number | undefined;
  /**
   * Secrets of this execution, in addition to those of the engine; see `redact` of {@link ExecutionConfig}. The command
   * and the metadata of the request are redacted too. A secret that is too short is rejected with `INVALID_REDACT`.
   * @defaultValue none
   */
  redact?: readonly string[] | undefined;
  /**
   * Which output the engine keeps for the program that makes this request.
   *
   * - `'redacted'`: the redacted output.
   * - `'raw'`: also the exact output, as the command wrote it: with secrets, and with the escape sequences that `ansi`
   *   removes. `engine.getResult(id, { redacted: false })` returns it, and nothing else does: the result of `run()` and
   *   of `waitForCompletion()`, events, logs, recordings, overflow files, errors, listings and the journal stay redacted.
   *
   * The exact output is kept in memory only: up to `maxOutputSizeBytes` of each stream, without a warning line, with its
   * own `stdoutBytes` and `stdoutTruncated`, and without `stdoutOverflowFile`; what is beyond is dropped, with
   * `oversizedOutputStrategy: 'streamToFile'` too. It counts against `maxRetainedBytes`, so such an execution takes up to
   * twice the memory. It ends with its record: a recovered execution has none. `serveBridge()` and `exposeEngine()` accept
   * `'raw'` only with `allowRawCapture`, the subcommand `bridge` only with `--raw-capture`; a console never shows it.
   * @defaultValue `'redacted'`
   * @example
   * ```ts
   * const run = engine.run({ command, redact: [token], capture: 'raw' });
   * const { stdout } = await run; // ***
   * const exact = await engine.getResult(run.id, { redacted: false });
   * ```
   */
  capture?: 'redacted' | 'raw' | undefined;
  /**
   * Limits of this command. Each field replaces the same field of the configuration.
   * @defaultValue `limits` of the configuration
   */
  limits?: ProcessLimits | undefined;
  /**
   * The file mode creation mask (umask) of the command, from 0 to 0o777.
   * @defaultValue `umask` of the configuration
   */
  umask?: number | undefined;
  /**
   * Data of the caller, which results and listings return. It is copied as JSON when the request is made.
   * @defaultValue `{}`
   */
  metadata?: ExecutionMetadata | undefined;
  /**
   * Emits `progress` events for the lines that match a pattern and for the escape sequence `OSC 9;4`, which terminals
   * show in their task bar. `true`: for that sequence only. With `ansi: 'sgr'` in the configuration, the sequence stays
   * in the output of such a request; with `'strip'` it is removed, and not found. Output is searched only while there
   * is a listener for `progress`.
   * @defaultValue `false`
   */
  progress?: ProgressPattern | boolean | undefined;
}

/** Options of `engine.validate()`. */
export interface ValidateOptions {
  /**
   * Whether the program, the script, its interpreter and the working directory must exist. `false` for a request that is
   * run later, when they may exist.
   * @defaultValue `true`
   */
  files?: boolean | undefined;
}

/** Options of methods that wait. */
export interface WaitOptions {
  /**
   * Ends the wait, without any other effect: the promise rejects with an `AbortError` (`code: 'ABORT_ERR'`) whose
   * `cause` is the reason of the signal. If the signal was aborted before the call, nothing is done. Signals of a
   * polyfill are accepted, if they have `aborted`, `addEventListener()` and `removeEventListener()`.
   */
  signal?: AbortSignal | undefined;
}

/** Options of `engine.run()`. */
export interface RunOptions {
  /**
   * Cancels the execution when it aborts. If it was aborted before the call, no process is created: the result is a
   * `cancelled` one, of which the engine keeps no record. If there is an error, the reason of the signal is its
   * `cause`.
   */
  signal?: AbortSignal | undefined;
  /**
   * Whether the result rejects with an {@link ExecutionError} for every outcome except success. The error has the
   * `result`.
   * @defaultValue `false`
   */
  reject?: boolean | undefined;
}
