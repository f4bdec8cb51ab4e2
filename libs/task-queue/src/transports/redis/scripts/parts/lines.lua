-- Lines of publications for slots; needs limits.lua.

-- '<interval>,<expiry>,<bytes of the key>,<key><rest>'. Returns the limit and the rest.
local function read_limit(text)
  local interval, expiry, size, rest = string.match(text, '^([^,]*),([^,]*),(%d+),(.*)$')
  size = tonumber(size)
  return { interval = interval, expiry = expiry, key = string.sub(rest, 1, size) }, string.sub(rest, size + 1)
end

-- Nothing is written before all publications of one call are decided.
local function new_lines(queue, revoked)
  check_limits(queue)
  redis.call('ZCARD', revoked)
  return {}
end

local function write_limits(limited, queue, now, revoked)
  local fields, intervals, lines = {}, {}, {}
  for _, limit in ipairs(limited) do
    fields[#fields + 1] = limit.id
    fields[#fields + 1] = limit.expiry .. ',' .. limit.key
    intervals[limit.key] = limit.interval
    if limit.waits and is_marked(revoked, limit.id, now) then
      redis.call('RPUSH', queue.front, limit.member)
      ring(queue)
    elseif limit.waits then
      local line = lines[limit.key] or {}
      lines[limit.key] = line
      line[#line + 1] = limit.member
    end
  end
  redis.call('HSET', queue.limited_of, unpack(fields))
  for key, interval in pairs(intervals) do
    if redis.call('HGET', limits_of(queue), 'p' .. key) ~= interval then
      redis.call('HSET', limits_of(queue), 'p' .. key, interval)
      ring(queue)
    end
  end
  for key, members in pairs(lines) do
    line_up(queue, key, members, false)
  end
end
