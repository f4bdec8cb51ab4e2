#!lua flags=no-writes
-- A page of the dead letters of one queue, newest first. KEYS: the queue · ARGV: how many, time and id of the last one seen ('' = none)
-- Returns ids, bodies, infos, times, 1 if there are more.
local queue, count = queue_at(1), tonumber(ARGV[1])
local at, last = ARGV[2], ARGV[3]

-- By bytes, as a ZSET orders members of one score; `<` of Lua depends on the locale.
local function below(a, b)
  for i = 1, math.min(#a, #b) do
    local x, y = string.byte(a, i), string.byte(b, i)
    if x ~= y then
      return x < y
    end
  end
  return #a < #b
end

-- How many come before the page. The last one seen may have been removed, or have failed again, since.
local function passed()
  if at == '' then
    return 0
  end
  if redis.call('ZSCORE', queue.dead, last) == at then
    return redis.call('ZREVRANK', queue.dead, last) + 1
  end
  local from = redis.call('ZCOUNT', queue.dead, '(' .. at, '+inf')
  for _, id in ipairs(redis.call('ZRANGE', queue.dead, at, at, 'BYSCORE', 'REV')) do
    if below(id, last) then
      break
    end
    from = from + 1
  end
  return from
end

local from = passed()
local pairs_of = redis.call('ZREVRANGE', queue.dead, from, from + count, 'WITHSCORES')
local ids, times = {}, {}
for i = 1, math.min(#pairs_of, 2 * count), 2 do
  ids[#ids + 1] = pairs_of[i]
  times[#times + 1] = pairs_of[i + 1]
end
if #ids == 0 then
  return { {}, {}, {}, {}, 0 }
end
local more = #pairs_of > 2 * count and 1 or 0
return { ids, redis.call('HMGET', queue.msg, unpack(ids)), redis.call('HMGET', queue.dead_info, unpack(ids)), times, more }
