#!lua flags=allow-oom
-- Rings for queues that have work: for a wake-up that may have been taken by a consumer which is gone.
-- KEYS: the keys of each queue
for at = 1, #KEYS, QUEUE_KEYS do
  local queue = queue_at(at)
  local waiting = redis.call('LLEN', queue.suspects) + redis.call('LLEN', queue.front)
  for priority = 0, 9 do
    waiting = waiting + redis.call('LLEN', queue.ready .. priority)
  end
  if waiting > 0 then
    ring(queue)
  end
end
return 0
