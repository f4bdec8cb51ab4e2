-- What several scripts share. It is put behind the first line of each of them (see scripts.ts).

-- Epoch ms by the server's clock. The offset is 0 outside tests.
local function now_ms(offset)
  local time = redis.call('TIME')
  return time[1] * 1000 + math.floor(time[2] / 1000) + offset
end

-- The keys of one queue, in the order of QUEUE_KEYS in redis-keys.ts. `ready` is a base: the priority's digit completes it.
local QUEUE_KEYS = 12
local function queue_at(at)
  return {
    msg = KEYS[at],
    ready = KEYS[at + 1],
    front = KEYS[at + 2],
    delayed = KEYS[at + 3],
    leased = KEYS[at + 4],
    deliveries = KEYS[at + 5],
    suspects = KEYS[at + 6],
    dead = KEYS[at + 7],
    dead_info = KEYS[at + 8],
    wake = KEYS[at + 9],
    trace = KEYS[at + 10],
    paused = KEYS[at + 11],
  }
end

-- Members of `leased` are '<priority><id>:<token>'. A token holds no ':', an id may.
local function id_of(member)
  return string.match(member, '^.(.*):[^:]*$')
end

-- A wake-up is a hint, and one is enough: whoever takes it and leaves work behind rings again.
local function ring(queue)
  if redis.call('LLEN', queue.wake) == 0 then
    redis.call('RPUSH', queue.wake, '1')
  end
end

local function head_score(zset)
  local head = redis.call('ZRANGE', zset, 0, 0, 'WITHSCORES')
  return head[2] and tonumber(head[2]) or nil
end

-- Scripts do not roll back: every key that could be written is read once first, so that a key of a wrong type fails before any write.
local function check_types(queue)
  redis.call('HLEN', queue.msg)
  redis.call('LLEN', queue.front)
  redis.call('ZCARD', queue.delayed)
  redis.call('ZCARD', queue.leased)
  redis.call('HLEN', queue.deliveries)
  redis.call('LLEN', queue.suspects)
  redis.call('ZCARD', queue.dead)
  redis.call('HLEN', queue.dead_info)
  redis.call('LLEN', queue.wake)
  redis.call('ZCARD', queue.trace)
  for priority = 0, 9 do
    redis.call('LLEN', queue.ready .. priority)
  end
end

-- Delays a message whose body is stored. Workers wait until the head of `delayed` is due, so a new head wakes one.
local function delay(queue, id, priority, due)
  local head = head_score(queue.delayed)
  redis.call('ZADD', queue.delayed, due, priority .. id)
  if not head or due < head then
    ring(queue)
  end
end

-- The instant of '+<delay>' or '@<eta>'; nothing = at once.
local function due_of(text, now)
  local sign = string.byte(text)
  if not sign then
    return 0
  end
  local value = tonumber(string.sub(text, 2))
  return sign == 43 and now + value or value
end

-- Publishes `count` triples of id, body and code ('<priority><t|->[+<delay>|@<eta>]') that stand in ARGV from `at`.
-- Answers '' when all were new, else a string with '1' for each that changed nothing. `trace_ttl`: how long finished ids are known.
local function put(queue, now, trace_ttl, at, count)
  local ids = {}
  for i = 1, count do
    ids[i] = ARGV[at + 3 * i - 3]
  end
  local held = redis.call('HMGET', queue.msg, unpack(ids))
  redis.call('LLEN', queue.wake)
  local head = head_score(queue.delayed)
  local fields, ready, late, traces, known, first = {}, {}, {}, {}, {}, nil
  local flags = nil
  for i = 1, count do
    local id, code = ids[i], ARGV[at + 3 * i - 1]
    local priority, traced, timed = string.byte(code, 1, 3)
    priority = priority - 48
    local old = held[i] or known[id]
    if not old and traced == 116 then
      local until_ms = redis.call('ZSCORE', queue.trace, id)
      old = until_ms and tonumber(until_ms) > now
    end
    if old then
      flags = flags or {}
      flags[i] = true
    else
      known[id] = true
      local due = timed and due_of(string.sub(code, 3), now) or 0
      fields[#fields + 1] = id
      fields[#fields + 1] = ARGV[at + 3 * i - 2]
      if due <= now then
        local list = ready[priority]
        if not list then
          list = {}
          ready[priority] = list
          redis.call('LLEN', queue.ready .. priority)
        end
        list[#list + 1] = id
      else
        late[#late + 1] = due
        late[#late + 1] = priority .. id
        first = math.min(first or due, due)
      end
      if traced == 116 then
        traces[#traces + 1] = math.max(due, now) + trace_ttl
        traces[#traces + 1] = id
      end
    end
  end
  if #fields > 0 then
    redis.call('HSET', queue.msg, unpack(fields))
  end
  for priority, list in pairs(ready) do
    redis.call('RPUSH', queue.ready .. priority, unpack(list))
  end
  if #late > 0 then
    redis.call('ZADD', queue.delayed, unpack(late))
  end
  if #traces > 0 then
    redis.call('ZADD', queue.trace, unpack(traces))
    local gone = redis.call('ZRANGE', queue.trace, '-inf', now, 'BYSCORE', 'LIMIT', 0, 100)
    if #gone > 0 then
      redis.call('ZREM', queue.trace, unpack(gone))
    end
  end
  if next(ready) or (first and (not head or first < head)) then
    ring(queue)
  end
  if not flags then
    return ''
  end
  for i = 1, count do
    flags[i] = flags[i] and '1' or '0'
  end
  return table.concat(flags)
end

-- A stored result begins with its state and attempt (redis-results.ts writes it so): no need to decode the rest.
local TERMINAL = { SUCCESS = true, FAILURE = true, REVOKED = true, REJECTED = true, IGNORED = true }
local function head_of(record)
  local state, retries = string.match(record, '^{"state":"([^"]*)","retries":(%d+)')
  return state, tonumber(retries)
end

-- Whether a record may be written over the one that stands there: a terminal state is final, and attempts only go up.
local function may_replace(old, new)
  if not old then
    return true
  end
  local state, retries = head_of(old)
  if not state then
    return true
  end
  local _, new_retries = head_of(new)
  return not TERMINAL[state] and retries <= (new_retries or 0)
end

-- The results under some keys. Their time to live runs by the server's own clock; where tests have shifted ours, the moment counts.
local function read_results(keys, now, offset)
  local records = redis.call('MGET', unpack(keys))
  if offset ~= 0 then
    for i = 1, #keys do
      if records[i] and redis.call('PEXPIRETIME', keys[i]) <= now then
        records[i] = false
      end
    end
  end
  return records
end

-- Stores results; `values[i]` belongs to `ids[i]`. Ids whose terminal record somebody waits for are announced. Answers which were written.
local function save_results(base, waiters, channel, ttl, now, offset, ids, values)
  local keys = {}
  for i = 1, #ids do
    keys[i] = base .. ids[i]
  end
  local old = read_results(keys, now, offset)
  local waited = redis.call('EXISTS', waiters) == 1 and redis.call('ZMSCORE', waiters, unpack(ids)) or {}
  local written, latest, expiry = {}, {}, now + ttl
  for i = 1, #ids do
    written[i] = may_replace(latest[ids[i]] or old[i], values[i])
    if written[i] then
      latest[ids[i]] = values[i]
      redis.call('SET', keys[i], values[i], 'PXAT', expiry)
      if waited[i] and tonumber(waited[i]) > now and TERMINAL[head_of(values[i])] then
        redis.call('ZREM', waiters, ids[i])
        redis.call('PUBLISH', channel, ids[i])
      end
    end
  end
  return written
end
