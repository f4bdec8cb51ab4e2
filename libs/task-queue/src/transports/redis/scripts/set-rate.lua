#!lua flags=allow-oom
-- Sets the interval of a key, over that of publications. KEYS: limits · ARGV: key, ms ('' = that of publications)
if ARGV[2] == '' then
  return redis.call('HDEL', KEYS[1], 's' .. ARGV[1])
end
return redis.call('HSET', KEYS[1], 's' .. ARGV[1], ARGV[2])
