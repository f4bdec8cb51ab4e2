#!lua flags=allow-oom
-- bare
-- Receives from queues with ready messages of the default priority and nothing else that matters now, as most queues are. It needs a
-- third of the commands and none of the shared code. Without suspects there are no turns: ARGV[6] is not read. Marks of revoked
-- messages are read where there are any. Scripts do not roll back: a key of a wrong type fails before anything is taken.
-- KEYS, ARGV and answer are those of receive; 0 = a queue is not plain: nothing was done, and the caller must use receive.
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000) + ARGV[1]
local limit, lease, tail, sweep_in = tonumber(ARGV[2]), tonumber(ARGV[3]), ':' .. ARGV[4], tonumber(ARGV[5])
local due = math.huge
-- An answer must travel within its lease: all bodies together have at most so many bytes, or there is only one.
local MAX_BYTES, bytes, full = 4194304, 0, false
local any_revoked = false
if redis.call('EXISTS', KEYS[1], KEYS[2]) > 0 then
  if redis.call('EXISTS', KEYS[1]) == 1 then
    return 0
  end
  any_revoked = redis.call('ZCARD', KEYS[2]) > 0
end
local queues = {}
for at = 3, #KEYS do
  local base = KEYS[at]
  local ready = base .. 'ready:'
  -- Every message has its body in `msg`.
  if redis.call('HLEN', base .. 'msg') > 0 then
    if redis.call('EXISTS', base .. 'paused', base .. 'limited-keys', base .. 'front', base .. 'suspects', base .. 'unique-of',
      base .. 'deliveries', ready .. '9', ready .. '8', ready .. '7', ready .. '6', ready .. '4', ready .. '3', ready .. '2',
      ready .. '1', ready .. '0') > 0 then
      return 0
    end
    local leased = redis.call('ZRANGE', base .. 'leased', 0, 0, 'WITHSCORES')[2]
    local delayed = redis.call('ZRANGE', base .. 'delayed', 0, 0, 'WITHSCORES')[2]
    local lease_end, delay_end = leased and tonumber(leased) or math.huge, delayed and tonumber(delayed) or math.huge
    if lease_end <= now or delay_end <= now then
      return 0
    end
    due = math.min(due, delay_end, math.max(lease_end, now + sweep_in))
    queues[#queues + 1] = at
  end
end

-- Bodies of as many ids as fit; the others go back to the head of the list. Few are read at first: they may be large.
local function read_bodies(base, ids)
  local bodies, first, step, count = {}, 1, 16, #ids
  while first <= count do
    local some = redis.call('HMGET', base .. 'msg', unpack(ids, first, math.min(count, first + step - 1)))
    for i = 1, #some do
      local body = some[i]
      if body then
        bytes = bytes + #body
        if bytes > MAX_BYTES and bytes > #body then
          local back = {}
          for at = count, first + i - 1, -1 do
            back[#back + 1], ids[at] = ids[at], nil
          end
          redis.call('LPUSH', base .. 'ready:5', unpack(back))
          full = true
          return bodies
        end
      end
      bodies[first + i - 1] = body
    end
    first, step = first + step, step * 4
  end
  return bodies
end

-- An id without a body was removed meanwhile.
local function drop_bodiless(ids, bodies)
  local kept = {}
  for i = 1, #ids do
    if bodies[i] then
      kept[#kept + 1] = { ids[i], bodies[i] }
    end
  end
  for i = 1, #ids do
    local one = kept[i] or {}
    ids[i], bodies[i] = one[1], one[2]
  end
end

local answer, taken = { now, -1, 0 }, 0
for _, at in ipairs(queues) do
  local base = KEYS[at]
  local ids = taken < limit and not full and redis.pcall('LPOP', base .. 'ready:5', limit - taken)
  if ids and ids.err and taken == 0 then
    return ids
  end
  if ids and not ids.err then
    local bodies = read_bodies(base, ids)
    for i = 1, #ids do
      if not bodies[i] then
        drop_bodiless(ids, bodies)
        break
      end
    end
    local leases, expiry = {}, string.format('%.0f', now + lease)
    for i = 1, #ids do
      leases[2 * i - 1] = expiry
      leases[2 * i] = '5' .. ids[i] .. tail
    end
    if #ids > 0 then
      redis.call('ZADD', base .. 'leased', unpack(leases))
      taken, due = taken + #ids, math.min(due, math.max(now + lease, now + sweep_in))
      local marks = {}
      if any_revoked then
        local scores = redis.call('ZMSCORE', KEYS[2], unpack(ids))
        for i = 1, #ids do
          marks[i] = scores[i] and tonumber(scores[i]) > now and '1' or '0'
        end
      end
      local size = #answer
      answer[size + 1], answer[size + 2], answer[size + 3] = at - 2, ids, bodies
      answer[size + 4], answer[size + 5], answer[size + 6] = string.rep('5', #ids), '', table.concat(marks)
    end
  end
end
if taken >= limit or full then
  for _, at in ipairs(queues) do
    local base = KEYS[at]
    if redis.call('LLEN', base .. 'ready:5') > 0 and redis.pcall('LLEN', base .. 'wake') == 0 then
      redis.call('RPUSH', base .. 'wake', '1')
    end
  end
end
if due < math.huge then
  answer[2] = due
end
return answer
