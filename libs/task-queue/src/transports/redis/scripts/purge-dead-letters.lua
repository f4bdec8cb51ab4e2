#!lua flags=allow-oom
-- Removes dead letters of one queue. KEYS: the queue · ARGV: ids… (none = up to 500, the oldest) · Returns how many.
local queue = queue_at(1)
local ids = {}
if #ARGV == 0 then
  ids = redis.call('ZRANGE', queue.dead, 0, 499)
else
  local times = redis.call('ZMSCORE', queue.dead, unpack(ARGV))
  for i = 1, #ARGV do
    if times[i] then
      ids[#ids + 1] = ARGV[i]
    end
  end
end
if #ids == 0 then
  return 0
end
redis.call('HLEN', queue.msg)
redis.call('HLEN', queue.dead_info)
redis.call('HLEN', queue.unique_of)
redis.call('HLEN', queue.limited_of)
redis.call('ZREM', queue.dead, unpack(ids))
redis.call('HDEL', queue.msg, unpack(ids))
redis.call('HDEL', queue.dead_info, unpack(ids))
redis.call('HDEL', queue.unique_of, unpack(ids))
redis.call('HDEL', queue.limited_of, unpack(ids))
return #ids
