#!lua flags=allow-oom
-- The newest dead letters of one queue. KEYS: the queue · ARGV: how many · Answers ids, bodies, infos, times.
local queue = queue_at(1)
local pairs_of = redis.call('ZREVRANGE', queue.dead, 0, ARGV[1] - 1, 'WITHSCORES')
local ids, times = {}, {}
for i = 1, #pairs_of, 2 do
  ids[#ids + 1] = pairs_of[i]
  times[#times + 1] = pairs_of[i + 1]
end
if #ids == 0 then
  return { {}, {}, {}, {} }
end
return { ids, redis.call('HMGET', queue.msg, unpack(ids)), redis.call('HMGET', queue.dead_info, unpack(ids)), times }
