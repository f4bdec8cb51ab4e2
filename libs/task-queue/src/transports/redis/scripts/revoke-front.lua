#!lua flags=allow-oom
-- with: limits
-- Moves waiting messages of one queue to its very front, so that a worker settles them. Suspects too: a revoked one does not run.
-- A list is searched from its end, where recent messages are, and only to a depth that depends on the number of ids: a message that
-- is deeper ends in its turn: its mark does not expire. One call walks a bounded number of items; ids that it did not reach are passed again.
-- KEYS: the queue, revoked · ARGV: ids…, the last one is first · Returns how many ids it did not reach.
local queue, revoked = queue_at(1), KEYS[QUEUE_KEYS + 1]
local MOST_WALKED, LEAST_DEPTH, EACH_ID = 50000, 1000, 200
local held = redis.call('HMGET', queue.msg, unpack(ARGV))
check_types(queue)
redis.call('ZCARD', revoked)
local limited = redis.call('HLEN', queue.limited_of) > 0
if limited then
  check_limits(queue)
end
local delays = redis.call('ZCARD', queue.delayed) > 0

-- The lists that may have a message, and what its id begins with there.
local lists = {}
local function search(name, prefix, priority)
  local length = redis.call('LLEN', name)
  if length > 0 then
    lists[#lists + 1] = { name = name, length = length, prefix = prefix, priority = priority }
  end
end
for priority = 0, 9 do
  search(queue.ready .. priority, '', priority)
  search(queue.suspects, priority, priority)
end
local depth = math.max(LEAST_DEPTH, math.floor(MOST_WALKED / (#ARGV * math.max(1, #lists))))
local walked, deep = 0, false
for _, list in ipairs(lists) do
  deep = deep or list.length > depth
end

local function leave_delayed(id)
  local members = {}
  for priority = 0, 9 do
    members[priority + 1] = priority .. id
  end
  local scores = redis.call('ZMSCORE', queue.delayed, unpack(members))
  for at = 1, 10 do
    if scores[at] then
      redis.call('ZREM', queue.delayed, members[at])
      return at - 1
    end
  end
end

local function leave_list(id)
  for _, list in ipairs(lists) do
    local member = list.prefix .. id
    local at = redis.call('LPOS', list.name, member, 'RANK', -1, 'MAXLEN', depth)
    if at then
      walked = walked + 2 * (list.length - at)
      redis.call('LREM', list.name, -1, member)
      list.length = list.length - 1
      return list.priority
    end
    walked = walked + math.min(list.length, depth)
  end
end

local left, moved = #ARGV, false
while left > 0 and walked < MOST_WALKED do
  local id = ARGV[left]
  walked = walked + EACH_ID
  if held[left] and not redis.call('ZSCORE', queue.dead, id) then
    local priority = limited and leave_line(queue, id) or delays and leave_delayed(id) or leave_list(id)
    if priority then
      redis.call('RPUSH', queue.front, priority .. id)
      moved = true
    elseif deep then
      redis.call('ZADD', revoked, '+inf', id)
      redis.call('PERSIST', revoked)
    end
  end
  left = left - 1
end
if moved then
  ring(queue)
end
return left
