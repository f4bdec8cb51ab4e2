#!lua flags=no-writes
-- Names of the queues that hold or have held messages. KEYS: queues
return redis.call('SMEMBERS', KEYS[1])
