-- Claims of publications on unique keys; needs unique.lua and limits.lua.

-- The claims of one call. Nothing is written before all of them are decided.
local function new_claims(queue, revoked)
  redis.call('HLEN', queue.unique_of)
  redis.call('SCARD', queue.unique_out)
  redis.call('LLEN', queue.front)
  redis.call('ZCARD', revoked)
  return { holders = {}, specs = {}, fields = {}, replaced = {} }
end

-- Whether the holder of a key waits: no worker has it, and it has not ended.
local function waits_with(queue, holder, key)
  local spec = redis.call('HGET', queue.unique_of, holder)
  if not spec or key_of(spec) ~= key then
    return false
  end
  return redis.call('SISMEMBER', queue.unique_out, holder) == 0 and not redis.call('ZSCORE', queue.dead, holder)
end

-- Claims a key for a new message. `claimed`: '<on conflict><spec>'; on conflict: e = existing, r = reject, p = replace.
-- Returns nothing, or the digit (see put) and the key's holder if it was held back.
local function claim(claims, queue, now, id, claimed)
  local conflict, spec = string.sub(claimed, 1, 1), string.sub(claimed, 2)
  local key = key_of(spec)
  local name = queue.unique .. key
  local together = claims.holders[key]
  local holder = together or redis.call('GET', name)
  if holder and (together or not lapsed(name, now)) then
    if conflict == 'r' then
      return '3', holder
    elseif conflict == 'e' or not (together or waits_with(queue, holder, key)) then
      return '2', holder
    end
    claims.replaced[#claims.replaced + 1] = holder
  end
  claims.holders[key], claims.specs[key] = id, spec
  claims.fields[#claims.fields + 1] = id
  claims.fields[#claims.fields + 1] = spec
end

-- A replaced message gets a mark that does not expire, and a worker ends it: in its turn, or now if it was delayed or limited.
local function end_replaced(queue, id, revoked)
  redis.call('ZADD', revoked, '+inf', id)
  redis.call('PERSIST', revoked)
  for priority = 0, 9 do
    if redis.call('ZREM', queue.delayed, priority .. id) == 1 then
      redis.call('RPUSH', queue.front, priority .. id)
      return ring(queue)
    end
  end
  local priority = redis.call('HLEN', queue.limited_of) > 0 and leave_line(queue, id)
  if priority then
    redis.call('RPUSH', queue.front, priority .. id)
    ring(queue)
  end
end

local function write_claims(claims, queue, now, revoked)
  if #claims.fields > 0 then
    redis.call('HSET', queue.unique_of, unpack(claims.fields))
  end
  for key, id in pairs(claims.holders) do
    local ttl = string.match(claims.specs[key], '^%a(%d*):')
    if ttl == '' then
      redis.call('SET', queue.unique .. key, id)
    else
      redis.call('SET', queue.unique .. key, id, 'PXAT', now + ttl)
    end
  end
  for _, id in ipairs(claims.replaced) do
    end_replaced(queue, id, revoked)
  end
end
