#!lua
-- bare
-- Publishes one message that is ready at once and has no trace, unique key or limit, into a known queue, as most single calls do. It
-- needs half the commands and none of the shared code (publish: 10 µs, this: 5 µs). Not allow-oom, like publish.
-- KEYS: the queue's base, nonce, queues, nonces to forget… · ARGV: id, body, priority, nonce ttl, queue name · Returns the answer of publish.
local base, nonce = KEYS[1], KEYS[2]
if not redis.call('SET', nonce, '', 'NX', 'PX', ARGV[4]) then
  return redis.call('GET', nonce)
end
-- A key of a wrong type fails before anything of the message is written.
local added = redis.pcall('HSETNX', base .. 'msg', ARGV[1], ARGV[2])
if added == 1 then
  local length = redis.pcall('RPUSH', base .. 'ready:' .. ARGV[3], ARGV[1])
  if type(length) == 'table' then
    redis.call('HDEL', base .. 'msg', ARGV[1])
    added = length
  elseif redis.pcall('LLEN', base .. 'wake') == 0 then
    redis.call('RPUSH', base .. 'wake', '1')
    -- A server that was emptied has forgotten the queue's name, and its wake-up.
    redis.pcall('SADD', KEYS[3], ARGV[5])
  end
elseif added == 0 then
  redis.call('SET', nonce, '1', 'PX', ARGV[4])
end
if type(added) == 'table' then
  redis.call('DEL', nonce)
  return added
end
if #KEYS > 3 then
  redis.call('DEL', unpack(KEYS, 4))
end
return added == 1 and '' or '1'
