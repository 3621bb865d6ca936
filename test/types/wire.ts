// The types of the wire, which are derived from those of the API. Checked by the compiler, never run.
import type { ExecutionErrorInfo, ExecutionStatus, Termination } from 'escher-execution-engine';
import type {
  WireCommand,
  WireData,
  WireDuration,
  WireMetadata,
  WireNumber,
  WireOutcome,
  WireRequest,
  WireStats,
  WireStrategy,
  WireSummary,
} from 'escher-execution-engine/bridge';

type Same<A, B> =
  (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;
type Maybe<T> = T | null | undefined;
const same = <_ extends true>(): void => undefined;

same<Same<WireRequest['command'], WireCommand>>();
same<Same<WireRequest['extend_env'], Maybe<boolean>>>();
same<Same<WireRequest['force_kill_after_delay_ms'], Maybe<WireNumber | false>>>();
same<Same<WireRequest['input'], Maybe<WireData>>>();
same<Same<WireRequest['kill_signal'], Maybe<NodeJS.Signals | WireNumber>>>();
same<Same<WireRequest['oversized_output_strategy'], Maybe<WireStrategy>>>();
same<Same<WireRequest['redact'], Maybe<readonly string[]>>>();
same<Same<WireRequest['stdin'], Maybe<'pipe' | 'ignore'>>>();
same<Same<WireRequest['timeout_ms'], Maybe<WireNumber>>>();
same<Same<WireRequest['working_dir'], Maybe<string>>>();
same<Same<NonNullable<WireRequest['limits']>['cpu_seconds'], Maybe<WireNumber>>>();
same<Same<Extract<WireRequest['progress'], object>['pattern'], string>>();
same<Same<Extract<WireCommand, { type: 'aws_cli' }>['args'], Maybe<readonly string[]>>>();

same<Same<WireOutcome['duration'], WireDuration>>();
same<Same<WireOutcome['duration_ms'], number>>();
same<Same<WireOutcome['error'], string | null>>();
same<Same<WireOutcome['error_info'], ExecutionErrorInfo | null>>();
same<Same<WireOutcome['exit_code'], number>>();
same<Same<WireOutcome['metadata'], WireMetadata>>();
same<Same<NonNullable<WireOutcome['resource_usage']>['max_rss_bytes'], number>>();
same<Same<WireOutcome['started_at'], string>>();
same<Same<WireOutcome['termination'], Termination | null>>();
same<Same<WireStats['counts'], Record<ExecutionStatus, number>>>();
same<Same<WireStats['spawn_ms']['p99'], number>>();
same<Same<WireSummary['duration'], WireDuration>>();

export const whole: WireRequest = {
  command: { type: 'script', path: 'a.py', interpreter: null },
  env: { A: '1', B: null },
  limits: { cpu_seconds: 5 },
  metadata: { conversation_id: null, own: 1 },
  progress: { pattern: 'x', flags: 'i' },
};
// @ts-expect-error: a command has a type of the wire
export const named: WireCommand = { type: 'awsCli', service: 's3', operation: 'ls' };
export const camel: WireRequest = {
  command: { type: 'exec', program: 'true' },
  // @ts-expect-error: names are in snake_case
  timeoutMs: 1,
};
