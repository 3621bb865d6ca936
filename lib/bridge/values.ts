/** Single values in their form on the wire. */

import type { ExecutionMetadata } from '../../types/request';
import type { WireData, WireDuration, WireMetadata, WireNumber } from '../../types/wire';
import { asObject, asString, wrongType, wrongValue } from '../options/checks';

const NO_JSON_NUMBERS: readonly unknown[] = ['Infinity', '-Infinity', 'NaN'];

export function numberToWire(value: number): WireNumber {
  return Number.isFinite(value) ? value : (String(value) as WireNumber);
}

/** What is no number is left for the engine to refuse. */
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

/** Text, or an object with base64. What is neither is refused. */
export function dataFromWire(name: string, value: unknown): string | Uint8Array {
  if (typeof value === 'string') return value;
  if (typeof value !== 'object' || value === null || !('base64' in value)) {
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

/** Its own two fields have names on the wire; all others are the caller's. */
export function metadataToWire({ conversationId, ...rest }: ExecutionMetadata): WireMetadata {
  if (conversationId === undefined) return rest as WireMetadata;
  return { ...rest, conversation_id: conversationId } as WireMetadata;
}

/** The crate writes `null` for what is not there. */
export function metadataFromWire(metadata: WireMetadata): ExecutionMetadata {
  const { conversation_id: conversationId, source, ...rest } = metadata;
  const known: ExecutionMetadata = {};
  if (source !== null && source !== undefined) known.source = source;
  if (conversationId !== null && conversationId !== undefined)
    known.conversationId = conversationId;
  // As a literal: an assignment would make the prototype of what is called `__proto__`.
  return { ...rest, ...known };
}
