#!lua flags=allow-oom
-- with: results, unique, limits, claims, lines, prune, put, joins
-- Settles a batch of deliveries of one queue, each only if its lease still exists under its token.
-- KEYS: the queue, call, queues, revoked, terminate, waiters, result base, join base, complete joins,
--       then the keys of each queue that follow-ups go to
-- ARGV: offset, call number, call ttl, trace ttl, results channel, ttl of the plain results,
--       plain acks: how many, how many of them with a result, traced ('' or one digit each), the members, the results;
--       follow-up queues: how many, their names;
--       others, one after the other: member, kind, traced, result, its ttl, then by kind:
--         retry: body, priority, due · release: due, charge · dead: its failure as JSON, how many the queue keeps · ack: nothing;
--         number of groups of follow-ups, each: number of the queue, how many, triples (see put);
--         number of arrivals at joins, each: join, member, index, value
-- Returns { '' or one digit for each settlement, '1' = refused,
--           '' or a list of settlements with more, each { number of the settlement, its joins (see arrive),
--             for each group of its follow-ups the answer of put },
--           then pairs of id and terminate of messages that were revoked while a worker had them }
local queue = queue_at(1)
local call, queues = KEYS[QUEUE_KEYS + 1], KEYS[QUEUE_KEYS + 2]
local revoked, terminate = KEYS[QUEUE_KEYS + 3], KEYS[QUEUE_KEYS + 4]
local waiters, result_base = KEYS[QUEUE_KEYS + 5], KEYS[QUEUE_KEYS + 6]
local joins, complete_joins = KEYS[QUEUE_KEYS + 7], KEYS[QUEUE_KEYS + 8]
local FIRST_TARGET = QUEUE_KEYS + 9
local offset, trace_ttl, channel, plain_ttl = tonumber(ARGV[1]), tonumber(ARGV[4]), ARGV[5], tonumber(ARGV[6])
local plain, with_result, traced_flags = tonumber(ARGV[7]), tonumber(ARGV[8]), ARGV[9]

-- A call that is repeated because its answer was lost gets the same answer and changes nothing.
local last = redis.call('HMGET', call, 'number', 'answer')
if last[1] == ARGV[2] then
  return cmsgpack.unpack(last[2])
end
local now = now_ms(offset)
local first_result = 10 + plain
local at = first_result + with_result
local targets = tonumber(ARGV[at])
local first_other = at + 1 + targets
redis.call('HLEN', queue.msg)
redis.call('HLEN', queue.deliveries)
redis.call('ZCARD', queue.trace)
redis.call('ZCARD', waiters)
local keyed = redis.call('HLEN', queue.unique_of) > 0
local limited = redis.call('HLEN', queue.limited_of) > 0
if first_other <= #ARGV then
  check_types(queue)
  if limited then
    check_limits(queue)
  end
  redis.call('SCARD', queues)
  redis.call('ZCARD', complete_joins)
  for number = 1, targets do
    check_types(queue_at(FIRST_TARGET + (number - 1) * QUEUE_KEYS))
  end
end

local refused, answer, tell, traced_now = {}, { '', '' }, {}, 0
local marks = redis.call('EXISTS', revoked) == 1

-- Removes everything that belongs to a finished id.
local function forget(ids)
  if keyed then
    end_unique(queue, ids, true)
  end
  if limited then
    redis.call('HDEL', queue.limited_of, unpack(ids))
  end
  redis.call('HDEL', queue.msg, unpack(ids))
  if redis.call('EXISTS', queue.deliveries) == 1 then
    redis.call('HDEL', queue.deliveries, unpack(ids))
  end
  if marks then
    redis.call('ZREM', revoked, unpack(ids))
    redis.call('ZREM', terminate, unpack(ids))
  end
end

if plain > 0 then
  local scores = redis.call('ZMSCORE', queue.leased, unpack(ARGV, 10, 9 + plain))
  local members, ids, results_of, results, traces = {}, {}, {}, {}, {}
  for i = 1, plain do
    if scores[i] then
      local member = ARGV[9 + i]
      local id = id_of(member)
      members[#members + 1] = member
      ids[#ids + 1] = id
      if i <= with_result then
        results_of[#results_of + 1] = id
        results[#results + 1] = ARGV[first_result + i - 1]
      end
      if traced_flags ~= '' and string.byte(traced_flags, i) == 49 then
        traces[#traces + 1] = text_of(now + trace_ttl)
        traces[#traces + 1] = id
      end
    else
      refused[i] = true
    end
  end
  if #ids > 0 then
    redis.call('ZREM', queue.leased, unpack(members))
    if #results > 0 then
      save_results(result_base, waiters, channel, plain_ttl, now, results_of, results)
    end
    forget(ids)
    if #traces > 0 then
      redis.call('ZADD', queue.trace, unpack(traces))
      traced_now = #traces / 2
    end
  end
end

-- A message that was revoked while a worker had it, and that goes back, waits for no time or turn: a worker ends it.
local function back_revoked(id, priority)
  local mark = marks and redis.call('ZSCORE', revoked, id)
  if not mark or tonumber(mark) <= now then
    return false
  end
  answer[#answer + 1] = id
  answer[#answer + 1] = redis.call('ZSCORE', terminate, id) and '1' or '0'
  redis.call('LPUSH', queue.front, priority .. id)
  ring(queue)
  return true
end

local function retry(id, at_retry)
  redis.call('HSET', queue.msg, id, ARGV[at_retry])
  redis.call('HDEL', queue.deliveries, id)
  local priority, due = ARGV[at_retry + 1], due_of(ARGV[at_retry + 2], now)
  if back_revoked(id, priority) then
    return
  end
  if due > now then
    return delay(queue, id, priority, due)
  end
  if not (limited and limit_again(queue, id, priority, false, now, revoked)) then
    redis.call('RPUSH', queue.ready .. priority, id)
    ring(queue)
  end
end

local function release(id, priority, due, charge)
  local lost
  if charge then
    lost = redis.call('HINCRBY', queue.deliveries, id, 1)
  else
    lost = tonumber(redis.call('HGET', queue.deliveries, id) or 0)
  end
  if back_revoked(id, priority) then
    return
  end
  if due > now then
    return delay(queue, id, priority, due)
  end
  if lost >= 2 then
    redis.call('LPUSH', queue.suspects, priority .. id)
  elseif not (limited and limit_again(queue, id, priority, true, now, revoked)) then
    redis.call('LPUSH', queue.ready .. priority, id)
  end
  ring(queue)
end

local function dead_letter(id, info, limit)
  redis.call('ZADD', queue.dead, now, id)
  redis.call('HSET', queue.dead_info, id, info)
  redis.call('HDEL', queue.deliveries, id)
  if keyed then
    end_unique(queue, { id }, false)
  end
  if marks then
    redis.call('ZREM', revoked, id)
    redis.call('ZREM', terminate, id)
  end
  local excess = redis.call('ZCARD', queue.dead) - limit
  if excess > 0 then
    local oldest = redis.call('ZRANGE', queue.dead, 0, math.min(excess, 500) - 1)
    redis.call('ZREM', queue.dead, unpack(oldest))
    redis.call('HDEL', queue.msg, unpack(oldest))
    redis.call('HDEL', queue.dead_info, unpack(oldest))
    redis.call('HDEL', queue.unique_of, unpack(oldest))
    redis.call('HDEL', queue.limited_of, unpack(oldest))
  end
end

-- The number of arguments that each kind adds.
local OWN = { ack = 0, retry = 3, release = 2, dead = 2 }

-- Reads the follow-ups and arrivals in ARGV after `after`. Returns their end, and their part of the answer.
local function settle_company(after, accepted)
  local groups, held_back, answers = tonumber(ARGV[after]), false, {}
  after = after + 1
  for group = 1, groups do
    local number, count = tonumber(ARGV[after]), tonumber(ARGV[after + 1])
    if accepted then
      local target = queue_at(FIRST_TARGET + (number - 1) * QUEUE_KEYS)
      answers[group] = put(target, now, trace_ttl, after + 2, count, revoked)
      held_back = held_back or string.find(answers[group], '[', 1, true)
      redis.call('SADD', queues, ARGV[at + number])
    end
    after = after + 2 + 3 * count
  end
  local arrivals, joined = tonumber(ARGV[after]), {}
  if accepted and arrivals > 0 then
    joined = arrive(joins, complete_joins, now, after + 1, arrivals)
  end
  return after + 1 + 4 * arrivals, (held_back or #joined > 0) and { joined, unpack(answers) }
end

local function settle_other(number, cursor, accepted)
  local member, kind, traced, result, ttl = unpack(ARGV, cursor, cursor + 4)
  local own = cursor + 5
  local after = own + OWN[kind]
  if accepted then
    local id, priority = id_of(member), string.sub(member, 1, 1)
    redis.call('ZREM', queue.leased, member)
    if keyed and (kind == 'retry' or kind == 'release') then
      redis.call('SREM', queue.unique_out, id)
    end
    if result ~= '' then
      save_results(result_base, waiters, channel, tonumber(ttl), now, { id }, { result })
    end
    if kind == 'ack' then
      forget({ id })
    elseif kind == 'retry' then
      retry(id, own)
    elseif kind == 'release' then
      release(id, priority, due_of(ARGV[own], now), ARGV[own + 1] == '1')
    else
      dead_letter(id, ARGV[own], tonumber(ARGV[own + 1]))
    end
    if traced == '1' then
      redis.call('ZADD', queue.trace, now + trace_ttl, id)
      traced_now = traced_now + 1
    end
  end
  local next_one, news = settle_company(after, accepted)
  if news then
    tell[#tell + 1] = { number, unpack(news) }
  end
  return next_one
end

local cursor, count = first_other, plain
while cursor <= #ARGV do
  count = count + 1
  local accepted = redis.call('ZSCORE', queue.leased, ARGV[cursor])
  refused[count] = not accepted
  cursor = settle_other(count, cursor, accepted)
end

if traced_now > 0 then
  prune(queue.trace, now, traced_now)
end
local any = false
for i = 1, count do
  any = any or refused[i]
  refused[i] = refused[i] and '1' or '0'
end
answer[1] = any and table.concat(refused) or ''
answer[2] = #tell > 0 and tell or ''
redis.call('HSET', call, 'number', ARGV[2], 'answer', cmsgpack.pack(answer))
redis.call('PEXPIRE', call, ARGV[3])
return answer
