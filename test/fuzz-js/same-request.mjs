// Requests as text for comparisons, in the form of the API and of the wire.

const number = (_, value) =>
  typeof value === 'number' && !Number.isFinite(value) ? String(value) : value;

/** All fields of a request, in order. Metadata is JSON, which has no infinite numbers. */
export const requestText = ({ metadata, ...request }) =>
  JSON.stringify([request, JSON.stringify(metadata)], number);

/**
 * All fields of a plan, in any order. Its dependencies and metadata are JSON, which has no infinite numbers, and a field
 * that is `null` counts as missing.
 */
export function planText(plan) {
  const data = JSON.parse(JSON.stringify(plan));
  const dropNull = (_, value) => value ?? undefined;
  return JSON.stringify(sorted(JSON.parse(JSON.stringify(data, dropNull))));
}

/** All fields of a request on the wire, in any order. A field that is `null` counts as missing. */
export function wireText({ metadata, command, limits, input, ...rest }) {
  const bytes = typeof input === 'object' && input !== null && Buffer.from(input.base64, 'base64');
  const parts = [given(rest), given(command), given(limits ?? {}), bytes || input || ''];
  return JSON.stringify([...parts.map(sorted), sorted(normalizedMetadata(metadata))], number);
}

const given = (object) =>
  Object.fromEntries(Object.entries(object).filter(([, value]) => value !== null));

/** The two known names are optional, and one of them has another form in the API. */
function normalizedMetadata(metadata) {
  const {
    source,
    conversationId,
    conversation_id = null,
    ...rest
  } = JSON.parse(JSON.stringify(metadata ?? {}));
  const conversation = conversation_id ?? conversationId ?? null;
  return { rest, known: given({ source: source ?? null, conversation }) };
}

function sorted(value) {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== 'object' || value === null) return value;
  return Object.entries(value)
    .map(([name, entry]) => [name, sorted(entry)])
    .sort(([a], [b]) => (a < b ? -1 : 1));
}
