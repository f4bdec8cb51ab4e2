-- Shared by all scripts: added after the first line of each (see scripts.ts).

-- Epoch ms by the server's clock. The offset is 0 outside tests.
local shifted = false
local function now_ms(offset)
  local time = redis.call('TIME')
  shifted = tonumber(offset) ~= 0
  return time[1] * 1000 + math.floor(time[2] / 1000) + offset
end

-- A time to live runs by the server's own clock; if tests have shifted the store's clock, the instant counts.
local function lapsed(key, now)
  if not shifted then
    return false
  end
  local expiry = redis.call('PEXPIRETIME', key)
  return expiry >= 0 and expiry <= now
end

-- The keys of one queue: KEYS has the base key; the others are built when they are used (the same table as in redis-keys.ts).
-- `ready`, `unique` and `limited` are bases themselves: a priority's digit, a unique key and a limit's key complete them.
local QUEUE_KEYS = 1
local SUFFIXES = {
  ready = 'ready:',
  dead_info = 'dead-info',
  unique = 'unique:',
  unique_of = 'unique-of',
  unique_out = 'unique-out',
  limited = 'limited:',
  limited_of = 'limited-of',
  limited_keys = 'limited-keys',
  limited_turns = 'limited-turns',
}
local SPELLED = {
  __index = function(queue, name)
    local key = queue.base .. (SUFFIXES[name] or name)
    rawset(queue, name, key)
    return key
  end,
}
local function queue_at(at)
  return setmetatable({ base = KEYS[at] }, SPELLED)
end

-- Members of `leased` are '<priority><id>:<token>'. A token has no ':', an id may have one. Most have none, and a plain search is
-- faster than a pattern (1.0 µs less for each settled message).
local function id_of(member)
  local at = string.find(member, ':', 2, true)
  if string.find(member, ':', at + 1, true) then
    return string.match(member, '^.(.*):[^:]*$')
  end
  return string.sub(member, 2, at - 1)
end

-- An instant as text. Each command formats a number argument again, which costs more than the command.
local function text_of(ms)
  return string.format('%.0f', ms)
end

-- A wake-up is a hint, and one is enough: a worker that takes it and leaves work behind sends another. A key of a wrong type must not
-- fail what is done already.
local function ring(queue)
  if redis.pcall('LLEN', queue.wake) == 0 then
    redis.call('RPUSH', queue.wake, '1')
  end
end

local function head_score(zset)
  local head = redis.call('ZRANGE', zset, 0, 0, 'WITHSCORES')
  return head[2] and tonumber(head[2]) or nil
end

-- Scripts do not roll back: every key that may be written is read first, so that a key of a wrong type fails before any write.
local function check_types(queue)
  redis.call('HLEN', queue.msg)
  redis.call('LLEN', queue.front)
  redis.call('ZCARD', queue.delayed)
  redis.call('ZCARD', queue.leased)
  redis.call('HLEN', queue.deliveries)
  redis.call('LLEN', queue.suspects)
  redis.call('ZCARD', queue.dead)
  redis.call('HLEN', queue.dead_info)
  redis.call('LLEN', queue.wake)
  redis.call('ZCARD', queue.trace)
  redis.call('HLEN', queue.unique_of)
  redis.call('SCARD', queue.unique_out)
  for priority = 0, 9 do
    redis.call('LLEN', queue.ready .. priority)
  end
end

-- Delays a message whose body is stored. Workers wait until the head of `delayed` is due, so a new head wakes one.
local function delay(queue, id, priority, due)
  local head = head_score(queue.delayed)
  redis.call('ZADD', queue.delayed, due, priority .. id)
  if not head or due < head then
    ring(queue)
  end
end

-- The instant of '+<delay>' or '@<eta>'; nothing = at once.
local function due_of(text, now)
  local sign = string.byte(text)
  if not sign then
    return 0
  end
  local value = tonumber(string.sub(text, 2))
  return sign == 43 and now + value or value
end
