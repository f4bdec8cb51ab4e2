-- Taking of limited messages by receive; needs limits.lua.

-- The limits for which messages of a queue wait; nothing if there are none.
local function waiting_limits(queue)
  if redis.call('EXISTS', queue.limited_keys) == 0 then
    return
  end
  local waiting = {}
  for _, key in ipairs(redis.call('SMEMBERS', queue.limited_keys)) do
    local head = redis.call('ZRANGE', queue.limited .. key, 0, 0)[1]
    if head then
      waiting[#waiting + 1] = { key = key, head = head, slot = next_slot(limits_of(queue), key) }
    end
  end
  return waiting
end

-- Takes messages with this priority and a slot from the lines into `ids`, until there are `room`. Returns how many were taken.
-- Revoked and expired messages use no slot, so that a worker ends them.
local function admit(queue, waiting, priority, ids, room, now, revoked)
  local before, limits = #ids, limits_of(queue)
  for _, line in ipairs(waiting) do
    local name = queue.limited .. line.key
    while #ids < room and line.head and line.slot <= now and string.sub(line.head, 1, 1) == priority do
      local id = string.sub(line.head, 2)
      redis.call('ZREM', name, line.head)
      local expiry = tonumber(string.match(redis.call('HGET', queue.limited_of, id) or '', '^[^,]+'))
      if not (expiry and expiry <= now) and not is_marked(revoked, id, now) then
        take_slot(limits, line.key, line.slot, now)
        line.slot = next_slot(limits, line.key)
      end
      ids[#ids + 1] = id
      line.head = redis.call('ZRANGE', name, 0, 0)[1]
      if not line.head then
        drop_key_if_empty(queue, line.key)
      end
    end
  end
  return #ids - before
end

-- Whether a message has a slot now, and when the next of the others has one.
local function slots_ahead(waiting, now)
  local due, soonest = false, math.huge
  for _, line in ipairs(waiting) do
    if line.head and line.slot <= now then
      due = true
    elseif line.head then
      soonest = math.min(soonest, line.slot)
    end
  end
  return due, soonest
end
