#!lua flags=allow-oom
-- Puts dead letters of one queue back to its end, and takes their results away, which would refuse those of the new run.
-- KEYS: the queue, result base · ARGV: triples of id, priority, body ('' = as it is)
-- Answers one digit for each, '0' = it was no dead letter.
local queue, result_base = queue_at(1), KEYS[QUEUE_KEYS + 1]
check_types(queue)
local flags = {}
for i = 1, #ARGV, 3 do
  local id, priority, body = ARGV[i], ARGV[i + 1], ARGV[i + 2]
  local was_dead = redis.call('ZREM', queue.dead, id) == 1
  if was_dead then
    redis.call('HDEL', queue.dead_info, id)
    redis.call('DEL', result_base .. id)
    if body ~= '' then
      redis.call('HSET', queue.msg, id, body)
    end
    redis.call('RPUSH', queue.ready .. priority, id)
    ring(queue)
  end
  flags[#flags + 1] = was_dead and '1' or '0'
end
return table.concat(flags)
