#!lua flags=no-writes
-- The next message of each priority. KEYS: the queue · Returns ids, bodies.
local queue = queue_at(1)
local ids = {}
for priority = 9, 0, -1 do
  local id = redis.call('LINDEX', queue.ready .. priority, 0)
  if id then
    ids[#ids + 1] = id
  end
end
if #ids == 0 then
  return { ids, ids }
end
return { ids, redis.call('HMGET', queue.msg, unpack(ids)) }
