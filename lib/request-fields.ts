/** A request in the form in which it crosses into the native engine. */

import type { NativeCommand, NativeRequest, NativeRequestFields } from '../types/native';

type CommandFields = NativeRequestFields extends [string, ...infer Rest]
  ? Rest extends [
      infer Type,
      infer Subject,
      infer Detail,
      infer Args,
      infer Profile,
      infer Region,
      ...unknown[],
    ]
    ? [Type, Subject, Detail, Args, Profile, Region]
    : never
  : never;

function commandFields(command: NativeCommand): CommandFields {
  switch (command.type) {
    case 'shell':
      return [0, command.command, command.shell, undefined, undefined, undefined];
    case 'exec':
      return [1, command.program, undefined, command.args, undefined, undefined];
    case 'script':
      return [2, command.path, command.interpreter, command.args, undefined, undefined];
    case 'awsCli': {
      const { service, operation, args, profile, region } = command;
      return [3, service, operation, args, profile, region];
    }
  }
}

export function requestFields(request: NativeRequest): NativeRequestFields {
  const [type, subject, detail, args, profile, region] = commandFields(request.command);
  return [
    request.id,
    type,
    subject,
    detail,
    args,
    profile,
    region,
    request.env,
    request.extendEnv,
    request.inheritedEnv,
    request.workingDir,
    request.timeoutMs,
    request.idleTimeoutMs,
    request.outputLogPath,
    request.stdin,
    request.input,
    request.killSignal,
    request.forceKillAfterDelayMs,
    request.maxOutputSizeBytes,
    request.oversizedOutputStrategy,
    request.mergeStderr,
    request.progress,
    request.priority,
    request.metadata,
    request.tags,
    request.redact,
    request.limits,
    request.umask,
    request.watch,
  ];
}
