-- Schedules. Each is a HASH under its id (see redis-schedules.ts). Beside them are `due`, a ZSET of ids by the ms at which a beat looks at
-- them, `names`, a ZSET of names in their order, `by-name`, a HASH name → id, and for each owner of code a HASH key → id. An empty text
-- means null.

local HISTORY_KEPT = 500

local function schedule_key(base, id)
  return base .. 'at:' .. id
end

-- Restarts its turn: a beat computes its next tick at once.
local function turn_anew(base, id, enabled, now)
  local at = text_of(now)
  redis.call('HSET', schedule_key(base, id), 'next', '', 'wake', enabled == '1' and at or '', 'since', at)
  if enabled == '1' then
    redis.call('ZADD', base .. 'due', at, id)
  else
    redis.call('ZREM', base .. 'due', id)
  end
end

local function name_it(base, id, name)
  redis.call('HSET', base .. 'by-name', name, id)
  redis.call('ZADD', base .. 'names', 0, name)
end

local function unname(base, name)
  redis.call('HDEL', base .. 'by-name', name)
  redis.call('ZREM', base .. 'names', name)
end

local function create_schedule(base, id, name, definition, enabled, now, source, owner, key, digest)
  local at = text_of(now)
  redis.call('HSET', schedule_key(base, id), 'id', id, 'name', name, 'definition', definition, 'enabled', enabled, 'version', 1,
    'source', source, 'owner', owner, 'key', key, 'digest', digest, 'because', '', 'broken', '', 'tick', '', 'ran', '', 'run', '',
    'total', 0, 'seq', 0, 'created', at, 'changed', at)
  name_it(base, id, name)
  turn_anew(base, id, enabled, now)
end

-- Called for each change of its definition, and when it is enabled or disabled.
local function edit_schedule(base, id, enabled, because, now)
  local schedule = schedule_key(base, id)
  redis.call('HINCRBY', schedule, 'version', 1)
  redis.call('HSET', schedule, 'enabled', enabled, 'because', because, 'broken', '', 'changed', text_of(now))
  turn_anew(base, id, enabled, now)
end

local function remove_schedule(base, id)
  local schedule = schedule_key(base, id)
  local name, owner, key = unpack(redis.call('HMGET', schedule, 'name', 'owner', 'key'))
  unname(base, name)
  if owner ~= '' then
    redis.call('HDEL', base .. 'code:' .. owner, key)
  end
  redis.call('ZREM', base .. 'due', id)
  redis.call('DEL', schedule, schedule .. ':ticks')
end

-- Ends its turns for good, or until it is edited or enabled.
local function stop_schedule(base, id, kind, reason, now)
  local schedule = schedule_key(base, id)
  redis.call('HSET', schedule, 'next', '', 'wake', '')
  redis.call('ZREM', base .. 'due', id)
  if kind == 'break' then
    redis.call('HSET', schedule, 'broken', reason)
  else
    redis.call('HSET', schedule, 'enabled', '0', 'because', reason, 'changed', text_of(now))
    redis.call('HINCRBY', schedule, 'version', 1)
  end
end

-- A line of history: `<seq>,<tick>,<at>,<cause>,<outcome>,<count>,<run>`.
local function note_tick(base, id, tick, now, cause, outcome, count, run)
  local schedule = schedule_key(base, id)
  local seq = redis.call('HINCRBY', schedule, 'seq', 1)
  local line = table.concat({ seq, tick, text_of(now), cause, outcome, count, run }, ',')
  redis.call('LPUSH', schedule .. ':ticks', line)
  redis.call('LTRIM', schedule .. ':ticks', 0, HISTORY_KEPT - 1)
end

local function note_sent(base, id, tick, now, cause, run)
  local schedule = schedule_key(base, id)
  redis.call('HSET', schedule, 'ran', text_of(now), 'run', run)
  redis.call('HINCRBY', schedule, 'total', 1)
  if cause == 'schedule' then
    redis.call('HSET', schedule, 'tick', tick)
  end
  note_tick(base, id, tick, now, cause, 'sent', 1, run)
end
