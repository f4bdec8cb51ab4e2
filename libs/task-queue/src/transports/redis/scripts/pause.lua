#!lua flags=allow-oom
-- Pauses a queue. KEYS: paused, queues · ARGV: the queue's name
redis.call('SADD', KEYS[2], ARGV[1])
redis.call('SET', KEYS[1], '1')
return 1
