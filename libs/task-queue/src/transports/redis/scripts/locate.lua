#!lua flags=no-writes
-- with: limits
-- The places of ids in one queue. KEYS: the queue · ARGV: ids… · Returns a place for each, '' = not in this queue.
local queue = queue_at(1)
local held = redis.call('HMGET', queue.msg, unpack(ARGV))
local leased = nil

local function is_leased(id)
  if not leased then
    leased = {}
    for _, member in ipairs(redis.call('ZRANGE', queue.leased, 0, -1)) do
      leased[id_of(member)] = true
    end
  end
  return leased[id]
end

local function place_of(id)
  if redis.call('ZSCORE', queue.dead, id) then
    return 'dead'
  end
  local spec = redis.call('HGET', queue.limited_of, id)
  for priority = 0, 9 do
    if spec and redis.call('ZSCORE', queue.limited .. limit_key(spec), priority .. id) then
      return 'limited'
    end
    if redis.call('ZSCORE', queue.delayed, priority .. id) then
      return 'delayed'
    end
    if redis.call('LPOS', queue.suspects, priority .. id) then
      return 'suspects'
    end
  end
  return is_leased(id) and 'leased' or 'ready'
end

local places = {}
for i = 1, #ARGV do
  places[i] = held[i] and place_of(ARGV[i]) or ''
end
return places
