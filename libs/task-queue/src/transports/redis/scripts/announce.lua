#!lua flags=allow-oom
-- Tells every listening process something. ARGV: channel, message
return redis.call('PUBLISH', ARGV[1], ARGV[2])
