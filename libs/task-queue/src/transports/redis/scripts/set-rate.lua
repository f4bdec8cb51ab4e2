#!lua flags=allow-oom
-- Sets the interval of a key, whatever publications say. KEYS: limits · ARGV: key, ms ('' = as publications say)
if ARGV[2] == '' then
  return redis.call('HDEL', KEYS[1], 's' .. ARGV[1])
end
return redis.call('HSET', KEYS[1], 's' .. ARGV[1], ARGV[2])
