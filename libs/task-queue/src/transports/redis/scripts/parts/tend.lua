-- What a receive does before it takes messages; needs limits.lua.

-- Scripts do not roll back: every key of a queue is read before a message leaves its place.
local function check(queue)
  if queue.checked then
    return
  end
  check_types(queue)
  if redis.call('EXISTS', queue.limited_of, queue.limited_keys) > 0 then
    check_limits(queue)
  end
  queue.checked = true
end

-- A redelivered message is charged; from the second lost lease on it is delivered alone, so that it cannot crash others with it.
local function sweep(queue, now, revoked)
  local expired = redis.call('ZRANGE', queue.leased, '-inf', now, 'BYSCORE', 'LIMIT', 0, 500)
  if #expired == 0 then
    return
  end
  check(queue)
  redis.call('ZREM', queue.leased, unpack(expired))
  local limited = redis.call('EXISTS', queue.limited_of) == 1
  for i = #expired, 1, -1 do
    local id, priority = id_of(expired[i]), string.sub(expired[i], 1, 1)
    redis.call('SREM', queue.unique_out, id)
    if redis.call('HINCRBY', queue.deliveries, id, 1) >= 2 then
      redis.call('RPUSH', queue.suspects, priority .. id)
      queue.new_suspects = true
    elseif not (limited and limit_again(queue, id, priority, true, now, revoked)) then
      redis.call('LPUSH', queue.ready .. priority, id)
    end
  end
end

local function promote(queue, now, revoked)
  local due = redis.call('ZRANGE', queue.delayed, '-inf', now, 'BYSCORE', 'LIMIT', 0, 500)
  if #due == 0 then
    return
  end
  check(queue)
  redis.call('ZREM', queue.delayed, unpack(due))
  local charged = redis.call('EXISTS', queue.deliveries) == 1
  local limited = redis.call('EXISTS', queue.limited_of) == 1
  local ready = {}
  for i = 1, #due do
    local priority, id = string.sub(due[i], 1, 1), string.sub(due[i], 2)
    if charged and tonumber(redis.call('HGET', queue.deliveries, id) or 0) >= 2 then
      redis.call('RPUSH', queue.suspects, due[i])
      queue.new_suspects = true
    elseif not (limited and limit_again(queue, id, priority, false, now, revoked)) then
      local list = ready[priority] or {}
      list[#list + 1] = id
      ready[priority] = list
    end
  end
  for priority, list in pairs(ready) do
    redis.call('RPUSH', queue.ready .. priority, unpack(list))
  end
end
