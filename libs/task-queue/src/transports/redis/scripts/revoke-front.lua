#!lua flags=allow-oom
-- with: limits
-- Moves waiting messages of one queue to its very front, so that a worker settles them. Suspects too: a revoked one does not run.
-- KEYS: the queue · ARGV: ids… · Returns how many were moved.
local queue = queue_at(1)
local held = redis.call('HMGET', queue.msg, unpack(ARGV))
check_types(queue)
local limited = redis.call('HLEN', queue.limited_of) > 0
if limited then
  check_limits(queue)
end
local moved = 0

-- Takes a waiting message out of its place. Returns its priority; nothing if it does not wait.
local function take_out(id)
  local waited = limited and leave_line(queue, id)
  if waited then
    return waited
  end
  for priority = 0, 9 do
    local member = priority .. id
    if redis.call('ZREM', queue.delayed, member) == 1 or redis.call('LREM', queue.suspects, 1, member) == 1 then
      return priority
    end
  end
  for priority = 0, 9 do
    if redis.call('LREM', queue.ready .. priority, 1, id) == 1 then
      return priority
    end
  end
end

for i = 1, #ARGV do
  local id = ARGV[i]
  local priority = held[i] and not redis.call('ZSCORE', queue.dead, id) and take_out(id)
  if priority then
    redis.call('RPUSH', queue.front, priority .. id)
    moved = moved + 1
  end
end
if moved > 0 then
  ring(queue)
end
return moved
