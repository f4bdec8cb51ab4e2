#!lua flags=no-writes
-- Counts the messages of one queue in each place. KEYS: the queue · Returns ready, delayed, limited, leased, suspects, dead.
local queue = queue_at(1)
local ready = redis.call('LLEN', queue.front)
for priority = 0, 9 do
  ready = ready + redis.call('LLEN', queue.ready .. priority)
end
local limited = 0
for _, key in ipairs(redis.call('SMEMBERS', queue.limited_keys)) do
  limited = limited + redis.call('ZCARD', queue.limited .. key)
end
return {
  ready,
  redis.call('ZCARD', queue.delayed),
  limited,
  redis.call('ZCARD', queue.leased),
  redis.call('LLEN', queue.suspects),
  redis.call('ZCARD', queue.dead),
}
