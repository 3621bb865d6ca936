/** The tables of the side store in PostgreSQL, made at the first connection. `queue` is the prefix and the name. */

export const SCHEMA = `
CREATE TABLE IF NOT EXISTS escher_runs (
  queue text, id text, begun int, token text, held_until timestamptz, attempt int, outcome text,
  expires timestamptz NOT NULL, PRIMARY KEY (queue, id));
CREATE TABLE IF NOT EXISTS escher_cancels (
  queue text, id text, reason text NOT NULL, expires timestamptz NOT NULL, PRIMARY KEY (queue, id));
CREATE TABLE IF NOT EXISTS escher_places (
  queue text, key text, id text, arrived timestamptz NOT NULL, held_until timestamptz,
  PRIMARY KEY (queue, key, id));
CREATE TABLE IF NOT EXISTS escher_lines (
  seq bigserial PRIMARY KEY, queue text NOT NULL, id text NOT NULL, text text NOT NULL,
  expires timestamptz NOT NULL);
CREATE INDEX IF NOT EXISTS escher_lines_of_a_job ON escher_lines (queue, id, seq);`;

/** Rows that nothing needs any more. There is no other time to live in PostgreSQL. */
export const EXPIRE = `
DELETE FROM escher_runs WHERE queue = $1 AND expires < now();
DELETE FROM escher_cancels WHERE queue = $1 AND expires < now();
DELETE FROM escher_lines WHERE queue = $1 AND expires < now();`;
