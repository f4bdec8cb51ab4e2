#!lua flags=allow-oom
-- with: unique, limits, claims
-- Moves dead letters back to the end of their queue. Removes their results, which would refuse the results of the new run.
-- KEYS: the queue, result base, revoked · ARGV: offset, then triples of id, priority, body ('' = unchanged)
-- Returns one digit for each, '0' = it was no dead letter, or another message holds its unique key.
local queue, result_base, revoked = queue_at(1), KEYS[QUEUE_KEYS + 1], KEYS[QUEUE_KEYS + 2]
local now = now_ms(ARGV[1])
check_types(queue)
check_limits(queue)
local claims = new_claims(queue, revoked)

-- Takes its unique key again; a key that lasts for a time may still be its own.
local function may_return(id)
  if not redis.call('ZSCORE', queue.dead, id) then
    return false
  end
  local spec = redis.call('HGET', queue.unique_of, id)
  if not spec or redis.call('GET', queue.unique .. key_of(spec)) == id then
    return true
  end
  return not claim(claims, queue, now, id, 'r' .. spec)
end

local flags = {}
for i = 2, #ARGV, 3 do
  flags[#flags + 1] = may_return(ARGV[i]) and '1' or '0'
end
write_claims(claims, queue, now, revoked)
for number, flag in ipairs(flags) do
  local id, priority, body = unpack(ARGV, 3 * number - 1, 3 * number + 1)
  -- An id that comes twice is moved once.
  if flag == '1' and redis.call('ZREM', queue.dead, id) == 0 then
    flags[number] = '0'
  elseif flag == '1' then
    redis.call('HDEL', queue.dead_info, id)
    forget_expiry(queue, id)
    redis.call('DEL', result_base .. id)
    if body ~= '' then
      redis.call('HSET', queue.msg, id, body)
    end
    if not limit_again(queue, id, priority, false, now, revoked) then
      redis.call('RPUSH', queue.ready .. priority, id)
      ring(queue)
    end
  end
end
return table.concat(flags)
