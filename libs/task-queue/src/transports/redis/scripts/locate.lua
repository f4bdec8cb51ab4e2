#!lua flags=no-writes
-- with: limits
-- The places of ids in one queue. Leases are known by their members alone, so they are looked through, a page a call. An id
-- that is not found among them so far is reported as ready or suspect.
-- KEYS: the queue · ARGV: cursor of the leases ('0' = from the beginning), ids…
-- Returns the cursor for the next call ('0' = that was all), then a place for each id, '' = not in this queue.
local queue = queue_at(1)
local page = redis.call('ZSCAN', queue.leased, ARGV[1], 'COUNT', 1000)
local leased = {}
for i = 1, #page[2], 2 do
  leased[id_of(page[2][i])] = true
end

local delays = redis.call('ZCARD', queue.delayed) > 0
local dead = redis.call('ZCARD', queue.dead) > 0
local limited = redis.call('HLEN', queue.limited_of) > 0

-- Whether a set has a member of this id, with any priority.
local function is_in(set, id)
  local members = {}
  for priority = 0, 9 do
    members[priority + 1] = priority .. id
  end
  local scores = redis.call('ZMSCORE', set, unpack(members))
  for at = 1, 10 do
    if scores[at] then
      return true
    end
  end
  return false
end

local function place_of(id)
  if leased[id] then
    return 'leased'
  end
  if dead and redis.call('ZSCORE', queue.dead, id) then
    return 'dead'
  end
  local spec = limited and redis.call('HGET', queue.limited_of, id)
  if spec and is_in(queue.limited .. limit_key(spec), id) then
    return 'limited'
  end
  if delays and is_in(queue.delayed, id) then
    return 'delayed'
  end
  return tonumber(redis.call('HGET', queue.deliveries, id) or 0) >= 2 and 'suspects' or 'ready'
end

local answer = { page[1] }
for i = 2, #ARGV do
  answer[i] = redis.call('HEXISTS', queue.msg, ARGV[i]) == 1 and place_of(ARGV[i]) or ''
end
return answer
