#!lua flags=allow-oom
-- Sends a message to every listening process. ARGV: channel, message
return redis.call('PUBLISH', ARGV[1], ARGV[2])
