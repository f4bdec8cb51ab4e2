#!lua flags=no-writes
-- with: limits
-- The places of ids in one queue. Leases are known by their members alone, so they are looked through, some thousands a call. An id
-- that is not found among them so far is reported as ready or suspect.
-- KEYS: the queue · ARGV: cursor of the leases ('0' = from the beginning), ids…
-- Returns the cursor for the next call ('0' = that was all), then a place for each id, '' = not in this queue.
local queue = queue_at(1)
local page = redis.call('ZSCAN', queue.leased, ARGV[1], 'COUNT', 2000)
local leased = {}
for i = 1, #page[2], 2 do
  leased[id_of(page[2][i])] = true
end

local function place_of(id)
  if leased[id] then
    return 'leased'
  end
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
  end
  return tonumber(redis.call('HGET', queue.deliveries, id) or 0) >= 2 and 'suspects' or 'ready'
end

local answer = { page[1] }
for i = 2, #ARGV do
  answer[i] = redis.call('HEXISTS', queue.msg, ARGV[i]) == 1 and place_of(ARGV[i]) or ''
end
return answer
