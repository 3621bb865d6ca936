/** Steps that Redis takes as one. Times are those of the server, so that the clocks of the machines do not matter. */

const NOW = `
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)`;

/** Jobs of a key whose place is not held any more are removed; `free` is the number of places. */
const FREE = `
redis.call('ZREMRANGEBYSCORE', held, '-inf', now)
local free = limit - redis.call('ZCARD', held)`;

/** KEYS: result, cancelled, line, held. ARGV: id, attempt, token, repeatable, key limit or 0, hold, time to live. */
const BEGIN = `
local result, cancelled, line, held = KEYS[1], KEYS[2], KEYS[3], KEYS[4]
local id, attempt, limit = ARGV[1], tonumber(ARGV[2]), tonumber(ARGV[5])
local known = redis.call('HMGET', result, 'attempt', 'outcome', 'begun', 'token')
local reason = redis.call('GET', cancelled)
local isOwn = known[4] == ARGV[3]
if known[1] and tonumber(known[1]) >= attempt then
  if limit > 0 then redis.call('ZREM', line, id) end
  return { 'ended', known[2] }
end
if known[3] and tonumber(known[3]) == attempt and not isOwn and ARGV[4] == '0' then return { 'lost' } end
if reason then
  if limit > 0 then redis.call('ZREM', line, id) end
  return { 'cancelled', reason }
end
if limit > 0 then
  ${NOW}
  ${FREE}
  if not redis.call('ZSCORE', held, id) then
    redis.call('ZADD', line, 'NX', time[1] * 1000000 + time[2], id)
    local rank = redis.call('ZRANK', line, id)
    if rank >= free then
      local reply = { 'parked', rank }
      if free > 0 then
        for _, other in ipairs(redis.call('ZRANGE', line, 0, free - 1)) do table.insert(reply, other) end
      end
      return reply
    end
    redis.call('ZREM', line, id)
  end
  redis.call('ZADD', held, now + ARGV[6], id)
  redis.call('PEXPIRE', held, ARGV[7])
end
redis.call('HSET', result, 'begun', attempt, 'token', ARGV[3])
redis.call('PEXPIRE', result, ARGV[7])
return { 'begun' }`;

/** KEYS: result, held. ARGV: id, token. */
const WITHDRAW = `
if redis.call('HGET', KEYS[1], 'token') == ARGV[2] then
  redis.call('HDEL', KEYS[1], 'begun', 'token')
  redis.call('ZREM', KEYS[2], ARGV[1])
end`;

/** KEYS: result. ARGV: attempt, outcome, time to live. */
const SETTLE = `
local known = redis.call('HMGET', KEYS[1], 'attempt', 'outcome')
if known[1] and tonumber(known[1]) >= tonumber(ARGV[1]) then return known[2] end
redis.call('HSET', KEYS[1], 'attempt', ARGV[1], 'outcome', ARGV[2])
redis.call('PEXPIRE', KEYS[1], ARGV[3])
return false`;

/** KEYS: result, cancelled, held. ARGV: id, hold, time to live. */
const RENEW = `
redis.call('PEXPIRE', KEYS[1], ARGV[3])
${NOW}
redis.call('ZADD', KEYS[3], 'XX', now + ARGV[2], ARGV[1])
return redis.call('GET', KEYS[2])`;

/** KEYS: line. ARGV: id, time to live. */
const ARRIVE = `
local time = redis.call('TIME')
redis.call('ZADD', KEYS[1], 'NX', time[1] * 1000000 + time[2], ARGV[1])
redis.call('PEXPIRE', KEYS[1], ARGV[2])
return redis.call('ZRANK', KEYS[1], ARGV[1])`;

/** KEYS: line, held. ARGV: id, key limit. */
const LEAVE = `
local line, held, limit = KEYS[1], KEYS[2], tonumber(ARGV[2])
redis.call('ZREM', held, ARGV[1])
redis.call('ZREM', line, ARGV[1])
${NOW}
${FREE}
if free <= 0 then return {} end
return redis.call('ZRANGE', line, 0, free - 1)`;

/** KEYS: line. ARGV: id, milliseconds. A job is in its line before it is in the store. */
const DROP = `
local arrived = redis.call('ZSCORE', KEYS[1], ARGV[1])
${NOW}
if arrived and arrived / 1000 < now - ARGV[2] then redis.call('ZREM', KEYS[1], ARGV[1]) end`;

/** KEYS: live. ARGV: text, texts to keep, time to live. */
const APPEND = `
redis.call('XADD', KEYS[1], 'MAXLEN', ARGV[2], '*', 't', ARGV[1])
redis.call('PEXPIRE', KEYS[1], ARGV[3])`;

export const SCRIPTS = {
  begin: { lua: BEGIN, numberOfKeys: 4 },
  withdraw: { lua: WITHDRAW, numberOfKeys: 2 },
  settle: { lua: SETTLE, numberOfKeys: 1 },
  renew: { lua: RENEW, numberOfKeys: 3 },
  arrive: { lua: ARRIVE, numberOfKeys: 1 },
  leave: { lua: LEAVE, numberOfKeys: 2 },
  drop: { lua: DROP, numberOfKeys: 1 },
  append: { lua: APPEND, numberOfKeys: 1 },
} as const;
