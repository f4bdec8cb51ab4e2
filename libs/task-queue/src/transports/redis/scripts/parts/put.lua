-- Publishing by publish and settle.

-- Publishes `count` triples of id, body and code (see publication-code.ts) in ARGV from `at`; needs prune.lua, claims.lua and
-- lines.lua.
-- `trace_ttl`: ms for which finished ids are known. `revoked`: the marks, for messages that a unique key replaces.
-- Returns '' if all were new, otherwise a digit for each: 0 = new, 1 = its id is known, 2 = dropped and 3 = refused for its unique
-- key; then the holders of those keys as JSON, in order.
local function put(queue, now, trace_ttl, at, count, revoked)
  local ids = {}
  for i = 1, count do
    ids[i] = ARGV[at + 3 * i - 3]
  end
  local held = redis.call('HMGET', queue.msg, unpack(ids))
  local asleep = redis.call('LLEN', queue.wake) == 0
  local fields, ready, late, traces, known, first = {}, {}, {}, {}, {}, nil
  local flags, holders, claims, limits = nil, nil, nil, nil
  for i = 1, count do
    local id, code = ids[i], ARGV[at + 3 * i - 1]
    local priority, kind, timed = string.byte(code, 1, 3)
    priority = priority - 48
    local traced, due_text, spec, limit = kind == 116 or kind == 84 or kind == 76, nil, nil, nil
    local old, holder = (held[i] or known[id]) and '1', nil
    if not old and traced then
      local until_ms = redis.call('ZSCORE', queue.trace, id)
      old = until_ms and tonumber(until_ms) > now and '1'
    end
    if kind == 84 or kind == 85 or kind == 76 or kind == 77 then
      due_text, spec = string.match(code, '^..([^|]*)|(.*)$')
      if kind < 84 then
        limit, spec = read_limit(spec)
      end
      if spec ~= '' and not old then
        claims = claims or new_claims(queue, revoked)
        old, holder = claim(claims, queue, now, id, spec)
      end
    elseif timed then
      due_text = string.sub(code, 3)
    end
    if old then
      flags = flags or {}
      flags[i] = old
      if holder then
        holders = holders or {}
        holders[#holders + 1] = holder
      end
    else
      known[id] = true
      local due = due_text and due_of(due_text, now) or 0
      if limit then
        limits = limits or new_lines(queue, revoked)
        limits[#limits + 1] = limit
        limit.id, limit.member = id, priority .. id
      end
      fields[#fields + 1] = id
      fields[#fields + 1] = ARGV[at + 3 * i - 2]
      if limit and due <= now then
        limit.waits = true
      elseif due <= now then
        local list = ready[priority]
        if not list then
          list = {}
          ready[priority] = list
          redis.call('LLEN', queue.ready .. priority)
        end
        list[#list + 1] = id
      else
        late[#late + 1] = text_of(due)
        late[#late + 1] = priority .. id
        first = math.min(first or due, due)
      end
      if traced then
        traces[#traces + 1] = text_of(math.max(due, now) + trace_ttl)
        traces[#traces + 1] = id
      end
    end
  end
  local head = first and head_score(queue.delayed)
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
    prune(queue.trace, now, #traces / 2)
  end
  if claims then
    write_claims(claims, queue, now, revoked)
  end
  if asleep and (next(ready) or (first and (not head or first < head))) then
    redis.call('RPUSH', queue.wake, '1')
  end
  if limits then
    write_limits(limits, queue, now, revoked)
  end
  if not flags then
    return ''
  end
  for i = 1, count do
    flags[i] = flags[i] or '0'
  end
  return table.concat(flags) .. (holders and cjson.encode(holders) or '')
end
