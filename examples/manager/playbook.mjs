// Reads a playbook: a JSON file with parameters, secrets and stages. A stage becomes a plan of the engine.
import { readFileSync } from 'node:fs';
import path from 'node:path';
import process from 'node:process';
import { isInstalled } from '../demo/installed.mjs';

/** `given`: values of parameters by name, which replace those of the file. `extra`: parameters that the manager adds. */
export function readPlaybook(file, given, extra) {
  const { name, parameters = {}, secrets = {}, stages } = JSON.parse(readFileSync(file, 'utf8'));
  for (const parameter of Object.keys(given)) {
    if (Object.hasOwn(parameters, parameter)) continue;
    const known = Object.keys(parameters).join(', ');
    throw new Error(`There is no parameter '${parameter}'. ${file} has: ${known}`);
  }
  // Relative to the working directory: the path appears in the output.
  const folder = path.relative('', path.dirname(file)) || '.';
  const values = { folder, ...extra, ...parameters, ...given };
  const secretValues = valuesOfSecrets(secrets);
  return {
    name,
    secrets: Object.values(secretValues),
    stages: stages.map((stage) => toStage(name, stage, values, secretValues)),
  };
}

/** Reads the secrets from the environment. Without a variable, the `example` of the playbook is the value. */
const valuesOfSecrets = (secrets) =>
  Object.fromEntries(
    Object.entries(secrets).map(([name, { example }]) => {
      const value = process.env[name] ?? example;
      if (value === undefined) throw new Error(`The environment must have the secret ${name}`);
      return [name, value];
    }),
  );

function toStage(playbook, { name, strategy, steps }, values, secrets) {
  const left = steps.filter(({ requires }) => requires !== undefined && !isInstalled(requires));
  const commands = steps
    .filter((step) => !left.includes(step))
    .map(({ requires: _, env, input, ...step }) => ({
      ...filled(step, values),
      // Arguments are visible to other users, so secrets are replaced in `env` and `input` only.
      ...filled({ env, input }, { ...values, ...secrets }),
    }));
  return {
    name,
    missing: left.map(({ name: step, requires }) => `${step} needs ${requires}`),
    plan: {
      id: `${playbook}/${name}`,
      strategy,
      commands,
      metadata: { source: playbook, tags: { stage: name } },
    },
  };
}

/**
 * Replaces `${name}` in all strings. A value stays within one argument, so no shell parses it. The text of a `shell`
 * command is the exception: pass a value to it through `env`.
 */
function filled(value, values) {
  if (typeof value === 'string') {
    return value.replaceAll(/\$\{(\w+)\}/g, (_, name) => {
      if (Object.hasOwn(values, name)) return values[name];
      throw new Error(`\${${name}} has no value here: a secret can be used in env and input only`);
    });
  }
  if (Array.isArray(value)) return value.map((item) => filled(item, values));
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).filter(([, item]) => item !== undefined);
  return Object.fromEntries(entries.map(([key, item]) => [key, filled(item, values)]));
}
