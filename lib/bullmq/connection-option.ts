/** The check of `connection`. What it refuses would fail later, or, as a wrong database does, connect to another one. Pure. */

import type { FleetConnection, FleetPostgres, FleetRedis } from '../../types/bullmq';
import { asObject, asString, optional, wrongValue } from '../core/index';
import { type Check, copyOf, numberIn, optionsOf, textWithin } from './checks';

export const isPostgres = (connection: FleetConnection): connection is FleetPostgres =>
  'postgres' in connection;

const REDIS: Readonly<Record<keyof FleetRedis, Check<unknown>>> = {
  host: textWithin(255),
  port: numberIn(1, 65_535),
  // How many there are is a setting of the server, which is asked before the first job.
  db: numberIn(0, 2_147_483_647),
  username: asString,
  password: asString,
  tls: asObject,
};

export function asConnection(value: unknown): FleetConnection {
  const path = 'options.connection';
  const given = copyOf(path, value);
  if (Object.hasOwn(given, 'postgres')) {
    const { postgres } = optionsOf(path, given, ['postgres']);
    return { postgres: asPostgresUrl(`${path}.postgres`, postgres) };
  }
  const known = optionsOf(path, given, Object.keys(REDIS));
  const fields = Object.entries(REDIS).map(
    ([field, check]) => [field, optional(check, `${path}.${field}`, known[field])] as const,
  );
  return Object.fromEntries(fields.filter(([, checked]) => checked !== undefined));
}

/** No message shows it: it can have a password. */
function asPostgresUrl(name: string, value: unknown): string {
  const text = asString(name, value);
  if (/^(?:postgres(?:ql)?|socket):/.test(text) && !text.includes('\0') && isUrl(text)) return text;
  throw wrongValue(name, 'must be a URL such as postgres://user@host:5432/database');
}

function isUrl(text: string): boolean {
  try {
    new URL(text, 'postgres://base');
    return true;
  } catch {
    return false;
  }
}
