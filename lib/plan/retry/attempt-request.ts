/** The request of each attempt, from one request that is read once. */

import type { ExecutionRequest } from '../../../types/request';
import { asPlainObject, isPlainObject } from '../../core/index';

/** The own fields of an object, with nothing to inherit. */
type Own = Record<string, unknown>;

/**
 * A copy of a request, of the lists and objects in it, and of its bytes: a caller that changes its request between two
 * attempts has no influence on the second one. What is not a plain object is left for the check of the engine.
 */
export function requestCopy(path: string, given: unknown): ExecutionRequest {
  const request = asPlainObject(path, given);
  const copy: Own = { __proto__: null } as unknown as Own;
  for (const field of Object.keys(request)) copy[field] = copied(request[field], 2);
  return copy as unknown as ExecutionRequest;
}

/** Two levels are the arguments of a command and the tags of the metadata. */
function copied(value: unknown, levels: number): unknown {
  if (levels === 0 || typeof value !== 'object' || value === null) return value;
  // A frozen list cannot change, and the secrets of `engine.config` are found by the list itself.
  if (Array.isArray(value)) return Object.isFrozen(value) ? value : value.slice();
  if (value instanceof Uint8Array) return Uint8Array.prototype.slice.call(value);
  if (!isPlainObject(value)) return value;
  const copy: Own = { __proto__: null } as unknown as Own;
  for (const key of Object.keys(value)) copy[key] = copied((value as Own)[key], levels - 1);
  return copy;
}

/** Each attempt after the first has an id of its own, and all have their number as the tag `attempt`. */
export function attemptRequest(request: ExecutionRequest, number: number): ExecutionRequest {
  const own = withTags(request, { attempt: String(number) });
  return number === 1 ? own : withFields(own, { id: undefined });
}

/** The request with more tags. Metadata and tags of the wrong type are left for the check of the engine. */
export function withTags(
  request: ExecutionRequest,
  tags: Readonly<Record<string, string>>,
): ExecutionRequest {
  const metadata: unknown = request.metadata ?? {};
  if (!isPlain(metadata)) return request;
  const own: unknown = (Object.hasOwn(metadata, 'tags') ? metadata.tags : undefined) ?? {};
  if (!isPlain(own)) return request;
  return withFields(request, { metadata: { ...metadata, tags: { ...own, ...tags } } });
}

/** A copy with other fields, which inherits none. */
export const withFields = (request: object, fields: object): ExecutionRequest =>
  ({ __proto__: null, ...request, ...fields }) as unknown as ExecutionRequest;

const isPlain = (value: unknown): value is Own =>
  typeof value === 'object' && value !== null && isPlainObject(value);
