/** Converts single values between the API and the wire. */

import type { ExecutionMetadata } from '../../../types/request';
import type { WireData, WireDuration, WireMetadata, WireNumber } from '../../../types/wire';
import { asObject, asString, wrongType, wrongValue } from '../../core/index';

const NO_JSON_NUMBERS: readonly unknown[] = ['Infinity', '-Infinity', 'NaN'];

export function numberToWire(value: number): WireNumber {
  return Number.isFinite(value) ? value : (String(value) as WireNumber);
}

/** A value that is not a number is left for the engine to refuse. */
export function numberFromWire(value: unknown): unknown {
  return NO_JSON_NUMBERS.includes(value) ? Number(value) : value;
}

export function timeToWire(milliseconds: number): string {
  return new Date(milliseconds).toISOString();
}

export function timeFromWire(text: string): number {
  return Date.parse(text);
}

export function durationToWire(milliseconds: number): WireDuration {
  const nanos = Math.round(milliseconds * 1e6);
  return { secs: Math.floor(nanos / 1e9), nanos: nanos % 1e9 };
}

export function dataToWire(data: string | Uint8Array): WireData {
  return typeof data === 'string' ? data : { base64: base64Of(data) };
}

/** Text, or an object with base64. Other values are refused. */
export function dataFromWire(name: string, value: unknown): string | Uint8Array {
  if (typeof value === 'string') return value;
  if (typeof value !== 'object' || value === null || !Object.hasOwn(value, 'base64')) {
    throw wrongType(name, 'of type string or an object { "base64": … }', value);
  }
  const text = asString(`${name}.base64`, asObject(name, value).base64);
  if (text.length % 4 !== 0 || !/^[A-Za-z\d+/]*={0,2}$/.test(text)) {
    throw wrongValue(`${name}.base64`, 'must be padded base64');
  }
  return bytesOf(text);
}

export function base64Of(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('base64');
}

export function bytesOf(base64: string): Uint8Array {
  return new Uint8Array(Buffer.from(base64, 'base64'));
}

/** `conversationId` has another name on the wire. All other fields keep theirs. */
export function metadataToWire(metadata: ExecutionMetadata): WireMetadata {
  const { conversationId, ...rest } = ownCopy(metadata);
  if (conversationId === undefined) return rest as WireMetadata;
  return { ...rest, conversation_id: conversationId } as WireMetadata;
}

/** The crate writes `null` for an absent value. */
export function metadataFromWire(metadata: WireMetadata): ExecutionMetadata {
  const { conversation_id: conversationId, source, ...rest } = ownCopy(metadata);
  const hasSource = source !== null && source !== undefined;
  const hasConversation = conversationId !== null && conversationId !== undefined;
  // A literal: an assignment would call a setter that the object inherits, `__proto__` for example.
  return {
    ...rest,
    ...(hasSource && { source: source as string }),
    ...(hasConversation && { conversationId: conversationId as string }),
  };
}

/** Without a prototype to inherit fields from. */
const ownCopy = (object: object): Record<string, unknown> => ({ __proto__: null, ...object });
