#!lua flags=allow-oom
-- with: limits
-- Returns, uncharged, the messages of a receive whose answer was lost. A late copy of that receive takes nothing.
-- KEYS: void:<token>, revoked, then the keys of each queue · ARGV: offset, token, ttl of the void mark · Returns how many were released.
local revoked, now, tail = KEYS[2], now_ms(ARGV[1]), ':' .. ARGV[2]
local released = 0
redis.call('SET', KEYS[1], '1', 'PX', ARGV[3])
for at = 3, #KEYS, QUEUE_KEYS do
  local queue = queue_at(at)
  local limited = redis.call('EXISTS', queue.limited_of) == 1
  local members = redis.call('ZRANGE', queue.leased, 0, -1)
  local before = released
  for i = #members, 1, -1 do
    local member = members[i]
    if string.sub(member, -#tail) == tail then
      local id, priority = id_of(member), string.sub(member, 1, 1)
      redis.call('ZREM', queue.leased, member)
      redis.call('SREM', queue.unique_out, id)
      if tonumber(redis.call('HGET', queue.deliveries, id) or 0) >= 2 then
        redis.call('LPUSH', queue.suspects, priority .. id)
      elseif not (limited and limit_again(queue, id, priority, true, now, revoked)) then
        redis.call('LPUSH', queue.ready .. priority, id)
      end
      released = released + 1
    end
  end
  if released > before then
    ring(queue)
  end
end
return released
