-- Rate limits. `limited_of` has '<ms of expiry or nothing>,<key>' of each message that was published with a limit, as long as its body.
-- `limited_keys` has the limits for which messages of this queue wait, each in a ZSET of `<priority><id>` in their order.
-- `limits` of the whole store has for each key: 'p<key>' the interval as last published, 's<key>' as set by people, 'l<key>' the last
-- slot. No message owns a slot, and a new interval moves the next one at once.

local function limits_of(queue)
  return string.match(queue.base, '^[^{]*') .. 'limits'
end

local function limit_key(spec)
  return string.match(spec, '^[^,]*,(.*)$')
end

-- The instant from which the next message of a key may go.
local function next_slot(limits, key)
  local rate = redis.call('HMGET', limits, 's' .. key, 'p' .. key, 'l' .. key)
  return rate[3] and tonumber(rate[3]) + tonumber(rate[1] or rate[2] or 0) or 0
end

-- A slot that was used slightly late does not move later slots; after a longer delay the slots start again.
local function take_slot(limits, key, slot, now)
  redis.call('HSET', limits, 'l' .. key, string.format('%.3f', slot < now - 100 and now or slot))
end

local function is_marked(revoked, id, now)
  local mark = redis.call('ZSCORE', revoked, id)
  return mark and tonumber(mark) > now
end

-- Puts messages in line for slots, in their order. Higher priorities have lower scores; the front of a priority is before its lowest.
local function line_up(queue, key, members, front)
  local name, scored = queue.limited .. key, {}
  local new = redis.call('EXISTS', name) == 0
  local turn = redis.call('HINCRBY', queue.limited_turns, front and 'front' or 'back', #members) - #members
  for i, member in ipairs(members) do
    local rank = 9 - tonumber(string.sub(member, 1, 1))
    scored[2 * i - 1] = text_of(rank * 1e14 + 5e13 + (front and -(turn + i) or turn + i))
    scored[2 * i] = member
  end
  redis.call('ZADD', name, unpack(scored))
  if new then
    redis.call('SADD', queue.limited_keys, key)
    ring(queue)
  end
end

-- Puts a stored message in line for a slot, if it was published with a limit. A revoked message does not wait for a slot.
local function limit_again(queue, id, priority, front, now, revoked)
  local spec = redis.call('HGET', queue.limited_of, id)
  if not spec then
    return false
  end
  if is_marked(revoked, id, now) then
    redis.call('RPUSH', queue.front, priority .. id)
    ring(queue)
  else
    line_up(queue, limit_key(spec), { priority .. id }, front)
  end
  return true
end

-- A message that runs although it had expired uses a slot like any other.
local function forget_expiry(queue, id)
  local spec = redis.call('HGET', queue.limited_of, id)
  if spec and string.sub(spec, 1, 1) ~= ',' then
    redis.call('HSET', queue.limited_of, id, ',' .. limit_key(spec))
  end
end

local function drop_key_if_empty(queue, key)
  if redis.call('EXISTS', queue.limited .. key) == 0 then
    redis.call('SREM', queue.limited_keys, key)
    if redis.call('EXISTS', queue.limited_keys) == 0 then
      redis.call('DEL', queue.limited_turns)
    end
  end
end

-- Takes a message out of its line. Returns its priority; nothing if it is not there.
local function leave_line(queue, id)
  local spec = redis.call('HGET', queue.limited_of, id)
  if not spec then
    return
  end
  local key = limit_key(spec)
  for priority = 0, 9 do
    if redis.call('ZREM', queue.limited .. key, priority .. id) == 1 then
      drop_key_if_empty(queue, key)
      return priority
    end
  end
end

local function check_limits(queue)
  redis.call('HLEN', limits_of(queue))
  redis.call('HLEN', queue.limited_of)
  redis.call('HLEN', queue.limited_turns)
  redis.call('ZCARD', queue.trace)
  redis.call('LLEN', queue.front)
  for _, key in ipairs(redis.call('SMEMBERS', queue.limited_keys)) do
    redis.call('ZCARD', queue.limited .. key)
  end
end
