-- Joins: a HASH each, with `expected`, `remaining`, `body`, and 'm<member>' → '<index>:<value>' for each that has arrived; a closed
-- one has only `closed`. `complete`: ZSET of complete joins that are not closed, by the ms at which they were.

-- Counts `count` groups of join, member, index and value in ARGV from `at`.
-- Returns for each join, in the order of their first arrivals: { join, remaining or '', inserted, 1 = completed }
local function arrive(base, complete, now, at, count)
  local receipts, known = {}, {}
  for cursor = at, at + 4 * count - 1, 4 do
    local join, member, index, value = unpack(ARGV, cursor, cursor + 3)
    local key, receipt = base .. join, known[join]
    if not receipt then
      receipt = { join, '', 0, 0 }
      known[join] = receipt
      receipts[#receipts + 1] = receipt
    end
    -- A key of a wrong type is no join, but must not fail a settlement that has begun to write.
    local remaining = redis.pcall('HGET', key, 'remaining')
    if type(remaining) == 'string' and not lapsed(key, now) then
      remaining = tonumber(remaining)
      if remaining > 0 and redis.call('HSETNX', key, 'm' .. member, index .. ':' .. value) == 1 then
        remaining = redis.call('HINCRBY', key, 'remaining', -1)
        receipt[3] = receipt[3] + 1
        if remaining == 0 then
          redis.call('ZADD', complete, now, join)
          receipt[4] = 1
        end
      end
      receipt[2] = remaining
    end
  end
  return receipts
end
