#!lua flags=allow-oom
-- Ends the pause of a queue and wakes a waiting worker. KEYS: the queue
local queue = queue_at(1)
redis.call('DEL', queue.paused)
ring(queue)
return 1
