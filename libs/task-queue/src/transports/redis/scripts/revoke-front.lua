#!lua flags=allow-oom
-- Brings waiting messages of one queue to its very front, so that a worker settles them. Suspects too: a revoked one is not run.
-- KEYS: the queue · ARGV: ids… · Answers how many were moved.
local queue = queue_at(1)
local held = redis.call('HMGET', queue.msg, unpack(ARGV))
check_types(queue)
local moved = 0

local function take_out(id)
  for priority = 0, 9 do
    if redis.call('ZREM', queue.delayed, priority .. id) == 1 then
      return true
    end
  end
  for priority = 0, 9 do
    if redis.call('LREM', queue.suspects, 1, priority .. id) == 1 then
      return true
    end
  end
  for priority = 0, 9 do
    if redis.call('LREM', queue.ready .. priority, 1, id) == 1 then
      return true
    end
  end
  return false
end

for i = 1, #ARGV do
  local id = ARGV[i]
  if held[i] and not redis.call('ZSCORE', queue.dead, id) and take_out(id) then
    redis.call('LPUSH', queue.ready .. 9, id)
    moved = moved + 1
  end
end
if moved > 0 then
  ring(queue)
end
return moved
