#!lua flags=no-writes
-- Which of several queues have messages with these ids. KEYS: the queues · ARGV: ids… · Returns for each queue that has any: its number, and the ids.
local answer = {}
for number = 1, #KEYS do
  local bodies = redis.call('HMGET', queue_at(number).msg, unpack(ARGV))
  local held = {}
  for i = 1, #ARGV do
    if bodies[i] then
      held[#held + 1] = ARGV[i]
    end
  end
  if #held > 0 then
    answer[#answer + 1] = { number, held }
  end
end
return answer
