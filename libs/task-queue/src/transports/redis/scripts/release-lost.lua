#!lua flags=allow-oom
-- with: limits, tend
-- Returns, uncharged, the messages of a receive whose answer was lost. A late copy of that receive takes nothing. Leases are known by
-- their members alone, so all are looked through, some thousands a call.
-- KEYS: void:<token>, revoked, then the keys of each queue
-- ARGV: offset, token, ttl of the void mark, the queue to go on with, cursor of its leases
-- Returns the last two for the next call; a queue of 0 = that was all.
local revoked, now, tail = KEYS[2], now_ms(ARGV[1]), ':' .. ARGV[2]
local number, cursor = tonumber(ARGV[4]), ARGV[5]
redis.call('SET', KEYS[1], '1', 'PX', ARGV[3])

local function release(queue, members)
  if #members == 0 then
    return
  end
  check(queue)
  local limited = redis.call('EXISTS', queue.limited_of) == 1
  for i = #members, 1, -1 do
    local member = members[i]
    local id, priority = id_of(member), string.sub(member, 1, 1)
    redis.call('ZREM', queue.leased, member)
    redis.call('SREM', queue.unique_out, id)
    if tonumber(redis.call('HGET', queue.deliveries, id) or 0) >= 2 then
      redis.call('LPUSH', queue.suspects, priority .. id)
    elseif not (limited and limit_again(queue, id, priority, true, now, revoked)) then
      redis.call('LPUSH', queue.ready .. priority, id)
    end
  end
  ring(queue)
end

local PAGE, MOST_WALKED, EACH_QUEUE = 1000, 2000, 10
local queues, walked = (#KEYS - 2) / QUEUE_KEYS, 0
while number <= queues and walked < MOST_WALKED do
  local queue = queue_at(3 + (number - 1) * QUEUE_KEYS)
  queue.checked = false
  local page = redis.call('ZSCAN', queue.leased, cursor, 'COUNT', PAGE)
  local lost = {}
  for i = 1, #page[2], 2 do
    if string.sub(page[2][i], -#tail) == tail then
      lost[#lost + 1] = page[2][i]
    end
  end
  table.sort(lost)
  release(queue, lost)
  walked = walked + EACH_QUEUE + #page[2] / 2
  cursor = page[1]
  if cursor == '0' then
    number = number + 1
  end
end
return { number <= queues and number or 0, cursor }
