#!lua
-- with: unique, limits, claims, lines, prune, put
-- Publishes up to 500 messages into one queue. Not allow-oom: a full server refuses new work.
-- KEYS: the queue, queues, nonce, revoked, nonces to forget…
-- ARGV: offset ('' = no publication needs the time), queue name ('' = the server knows it), trace ttl, nonce ttl, then triples of id, body and code (see put)
-- Returns '' or flags (see put); the same again for a known nonce; 'void' for a call that may no longer run.
local queue = queue_at(1)
local queues, nonce, revoked = KEYS[QUEUE_KEYS + 1], KEYS[QUEUE_KEYS + 2], KEYS[QUEUE_KEYS + 3]
local seen = redis.call('GET', nonce)
if seen then
  return seen
end
if ARGV[2] ~= '' then
  redis.call('SISMEMBER', queues, ARGV[2])
end
local now = ARGV[1] ~= '' and now_ms(ARGV[1]) or 0
local flags = put(queue, now, tonumber(ARGV[3]), 5, (#ARGV - 4) / 3, revoked)
if ARGV[2] ~= '' then
  redis.call('SADD', queues, ARGV[2])
end
redis.call('SET', nonce, flags, 'PX', ARGV[4])
if #KEYS > QUEUE_KEYS + 3 then
  redis.call('DEL', unpack(KEYS, QUEUE_KEYS + 4))
end
return flags
