#!lua flags=no-writes
-- Dead letters of one queue by their ids. KEYS: the queue · ARGV: ids… · Returns bodies, infos, times (nil = no dead letter).
local queue = queue_at(1)
return {
  redis.call('HMGET', queue.msg, unpack(ARGV)),
  redis.call('HMGET', queue.dead_info, unpack(ARGV)),
  redis.call('ZMSCORE', queue.dead, unpack(ARGV)),
}
