#!lua flags=allow-oom
-- with: unique, limits
-- Removes up to 500 waiting messages of one queue, with the data beside them. KEYS: the queue, revoked, terminate · Returns how many.
local queue = queue_at(1)
local revoked, terminate = KEYS[QUEUE_KEYS + 1], KEYS[QUEUE_KEYS + 2]
check_types(queue)
check_limits(queue)
redis.call('ZCARD', revoked)
redis.call('ZCARD', terminate)
local ids = redis.call('LPOP', queue.front, 500) or {}
for i = 1, #ids do
  ids[i] = string.sub(ids[i], 2)
end
for priority = 9, 0, -1 do
  local some = #ids < 500 and redis.call('LPOP', queue.ready .. priority, 500 - #ids)
  for _, id in ipairs(some or {}) do
    ids[#ids + 1] = id
  end
end
if #ids < 500 then
  local some = redis.call('ZRANGE', queue.delayed, 0, 499 - #ids)
  if #some > 0 then
    redis.call('ZREM', queue.delayed, unpack(some))
  end
  for _, member in ipairs(some) do
    ids[#ids + 1] = string.sub(member, 2)
  end
end
for _, key in ipairs(redis.call('SMEMBERS', queue.limited_keys)) do
  local some = #ids < 500 and redis.call('ZPOPMIN', queue.limited .. key, 500 - #ids) or {}
  for i = 1, #some, 2 do
    ids[#ids + 1] = string.sub(some[i], 2)
  end
  drop_key_if_empty(queue, key)
end
if #ids > 0 then
  redis.call('HDEL', queue.limited_of, unpack(ids))
  redis.call('HDEL', queue.msg, unpack(ids))
  redis.call('HDEL', queue.deliveries, unpack(ids))
  redis.call('ZREM', queue.trace, unpack(ids))
  redis.call('ZREM', revoked, unpack(ids))
  redis.call('ZREM', terminate, unpack(ids))
  end_unique(queue, ids, true)
end
return #ids
