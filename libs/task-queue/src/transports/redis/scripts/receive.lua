#!lua flags=allow-oom
-- with: unique, limits, admit, tend
-- Takes up to `limit` messages of several queues under one token: promotes due messages, sweeps expired leases, takes.
-- allow-oom: otherwise a server that is full of waiting messages could never be emptied.
-- KEYS: void:<token>, revoked, then the keys of each queue
-- ARGV: offset, limit, lease, token, ms until this consumer may sweep (0 = now),
--       suspects (0 = take none, 1 = first, 2 = only if nothing else is ready),
--       the caller's estimate of now when it sent this ('' = none): a call that took long to arrive does not sweep
-- Returns { now, next due or -1, suspects waiting, then for each queue that gave messages:
--           its number, ids, bodies, priorities (one digit each), lost leases ('' or a list), revoked ('' or one digit each) }
local now, limit, lease = now_ms(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3])
local token, sweep_in, suspects_turn = ARGV[4], tonumber(ARGV[5]), ARGV[6]
if ARGV[7] ~= '' and now - tonumber(ARGV[7]) > 1000 then
  sweep_in = 5000
end
local revoked_key = KEYS[2]
local any_revoked = redis.call('ZCARD', revoked_key) > 0

local answer = { now, -1, 0 }
local taken = 0
-- An answer must travel within its lease: all bodies together have at most so many bytes, or there is only one.
local MAX_BYTES, bytes, full = 4194304, 0, false

-- Drops ids without a body: they were removed meanwhile. Returns the priorities of the others.
local function drop_bodiless(ids, bodies, priorities)
  local kept, digits, count = 0, {}, #ids
  for i = 1, count do
    if bodies[i] then
      kept = kept + 1
      ids[kept], bodies[kept], digits[kept] = ids[i], bodies[i], string.sub(priorities, i, i)
    end
  end
  for i = count, kept + 1, -1 do
    ids[i], bodies[i] = nil, nil
  end
  return table.concat(digits)
end

-- Bodies of as many ids as fit; the others go back to the head of their lists. Few are read at first: they may be large.
local function read_bodies(queue, ids, priorities, of_front)
  local bodies, first, step, count = {}, 1, 16, #ids
  while first <= count do
    local some = redis.call('HMGET', queue.msg, unpack(ids, first, math.min(count, first + step - 1)))
    for i = 1, #some do
      local body = some[i]
      if body then
        bytes = bytes + #body
        if bytes > MAX_BYTES and bytes > #body then
          for at = count, first + i - 1, -1 do
            local priority = string.sub(priorities, at, at)
            redis.call('LPUSH', of_front and queue.front or queue.ready .. priority, (of_front and priority or '') .. ids[at])
            ids[at] = nil
          end
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

-- Leases `ids` and adds them to the answer. `priorities`: a digit for each. `of_front`: they are revoked, whatever the marks say.
local function hand_out(queue, ids, priorities, of_front)
  local bodies = read_bodies(queue, ids, priorities, of_front)
  priorities = full and string.sub(priorities, 1, #ids) or priorities
  for i = 1, #ids do
    if not bodies[i] then
      priorities = drop_bodiless(ids, bodies, priorities)
      break
    end
  end
  if full then
    limit = taken + #ids
  end
  if #ids == 0 then
    return
  end
  local leases, expiry, tail = {}, text_of(now + lease), ':' .. token
  for i = 1, #ids do
    leases[2 * i - 1] = expiry
    leases[2 * i] = string.sub(priorities, i, i) .. ids[i] .. tail
  end
  redis.call('ZADD', queue.leased, unpack(leases))
  queue.leases_end = math.min(queue.leases_end, now + lease)
  local counts, marks = '', ''
  if not queue.plain then
    begin_unique(queue, ids)
    if redis.call('EXISTS', queue.deliveries) == 1 then
      counts = redis.call('HMGET', queue.deliveries, unpack(ids))
    end
  end
  if of_front then
    marks = string.rep('1', #ids)
  elseif any_revoked then
    local scores, flags = redis.call('ZMSCORE', revoked_key, unpack(ids)), {}
    for i = 1, #ids do
      flags[i] = scores[i] and tonumber(scores[i]) > now and '1' or '0'
    end
    marks = table.concat(flags)
  end
  taken = taken + #ids
  local at = #answer
  answer[at + 1], answer[at + 2], answer[at + 3] = queue.number, ids, bodies
  answer[at + 4], answer[at + 5], answer[at + 6] = priorities, counts, marks
end

local function take_suspect(queue)
  local one = redis.call('LPOP', queue.suspects)
  if one then
    hand_out(queue, { string.sub(one, 2) }, string.sub(one, 1, 1))
  end
end

local function take_plain(queue)
  local ids = redis.call('LPOP', queue.ready .. '5', limit - taken)
  if ids then
    hand_out(queue, ids, string.rep('5', #ids))
  end
end

local function take_ready(queue)
  if queue.plain then
    return take_plain(queue)
  end
  local ids, priorities = {}, ''
  for _, one in ipairs(redis.call('LPOP', queue.front, limit - taken) or {}) do
    ids[#ids + 1] = string.sub(one, 2)
    priorities = priorities .. string.sub(one, 1, 1)
  end
  if #ids > 0 then
    hand_out(queue, ids, priorities, true)
    ids, priorities = {}, ''
  end
  local room = limit - taken
  for priority = 9, 0, -1 do
    if #ids >= room then
      break
    end
    if queue.waiting then
      local count = admit(queue, queue.waiting, tostring(priority), ids, room, now, revoked_key)
      priorities = priorities .. string.rep(tostring(priority), count)
    end
    local some = #ids < room and redis.call('LPOP', queue.ready .. priority, room - #ids)
    if some then
      priorities = priorities .. string.rep(tostring(priority), #some)
      if #ids == 0 then
        ids = some
      else
        for i = 1, #some do
          ids[#ids + 1] = some[i]
        end
      end
    end
  end
  if #ids > 0 then
    hand_out(queue, ids, priorities)
  end
end

local function work_left(queue)
  if queue.plain then
    return redis.call('LLEN', queue.ready .. '5') > 0
  end
  if queue.waiting and slots_ahead(queue.waiting, now) then
    return true
  end
  if redis.call('LLEN', queue.front) > 0 then
    return true
  end
  for priority = 9, 0, -1 do
    if redis.call('LLEN', queue.ready .. priority) > 0 then
      return true
    end
  end
  return false
end

-- Most queues have messages of the default priority and nothing else: one command saves all others.
local function is_plain(queue)
  local ready = queue.ready
  return redis.call('EXISTS', queue.paused, queue.limited_keys, queue.front, queue.suspects, queue.unique_of, queue.deliveries,
    ready .. '9', ready .. '8', ready .. '7', ready .. '6', ready .. '4', ready .. '3', ready .. '2', ready .. '1', ready .. '0') == 0
end

-- Promotes due messages, and notes when the next is due.
local function tend(queue)
  queue.leases_end, queue.delays_end = head_score(queue.leased) or math.huge, head_score(queue.delayed) or math.huge
  if sweep_in <= 0 and queue.leases_end <= now then
    sweep(queue, now, revoked_key)
    queue.leases_end = head_score(queue.leased) or math.huge
  end
  if queue.delays_end <= now then
    promote(queue, now, revoked_key)
    queue.delays_end = head_score(queue.delayed) or math.huge
  end
end

local void = redis.call('EXISTS', KEYS[1]) == 1
local queues = {}
for number = 1, (#KEYS - 2) / QUEUE_KEYS do
  local queue = queue_at(3 + (number - 1) * QUEUE_KEYS)
  queue.number, queue.new_suspects, queue.checked = number, false, false
  -- Every message has its body in `msg`.
  if redis.call('HLEN', queue.msg) > 0 then
    tend(queue)
    queue.plain = is_plain(queue)
    queue.open = not void and (queue.plain or redis.call('EXISTS', queue.paused) == 0)
    if queue.plain then
      redis.call('LLEN', queue.ready .. '5')
    elseif queue.open then
      check(queue)
    end
    queue.waiting = queue.open and not queue.plain and waiting_limits(queue) or false
    queues[#queues + 1] = queue
  end
end

if suspects_turn == '1' then
  for _, queue in ipairs(queues) do
    if queue.open and taken == 0 then
      take_suspect(queue)
    end
  end
end
if suspects_turn ~= '1' or taken == 0 then
  for _, queue in ipairs(queues) do
    if queue.open and taken < limit then
      take_ready(queue)
    end
  end
end
if suspects_turn == '2' then
  for _, queue in ipairs(queues) do
    if queue.open and taken == 0 then
      take_suspect(queue)
    end
  end
end

for _, queue in ipairs(queues) do
  -- No worker must keep a slot free for suspects of a paused queue.
  answer[3] = answer[3] + (queue.open and not queue.plain and redis.call('LLEN', queue.suspects) or 0)
  if queue.new_suspects or (queue.open and (taken >= limit or (taken > 0 and suspects_turn == '1')) and work_left(queue)) then
    ring(queue)
  end
  local due = math.min(queue.delays_end, math.max(queue.leases_end, now + sweep_in))
  if queue.waiting then
    local _, slot = slots_ahead(queue.waiting, now)
    due = math.min(due, math.ceil(slot))
  end
  if due < math.huge then
    answer[2] = answer[2] == -1 and due or math.min(answer[2], due)
  end
end
return answer
