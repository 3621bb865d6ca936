// Requests as text, to be compared: as they are read, and as they stand on the wire.

const number = (_, value) =>
  typeof value === 'number' && !Number.isFinite(value) ? String(value) : value;

/** All that a request may hold, in its order. Metadata are JSON, where no number is infinite. */
export const shown = ({ metadata, ...request }) =>
  JSON.stringify([request, JSON.stringify(metadata)], number);

/** All that a request on the wire says, whatever the order of its fields. What is `null` says nothing. */
export function said({ metadata, command, limits, input, ...rest }) {
  const bytes = typeof input === 'object' && input !== null && Buffer.from(input.base64, 'base64');
  const parts = [given(rest), given(command), given(limits ?? {}), bytes || input || ''];
  return JSON.stringify([...parts.map(sorted), sorted(saidOf(metadata))], number);
}

const given = (object) =>
  Object.fromEntries(Object.entries(object).filter(([, value]) => value !== null));

/** Its own two names may be missing; one of them has another form in the API, and may come in that. */
function saidOf(metadata) {
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
