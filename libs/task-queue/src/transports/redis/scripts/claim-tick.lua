#!lua
-- with: unique, limits, claims, lines, prune, put, schedules
-- Claims the turn of a schedule and sends its run. Not allow-oom: a run that cannot be sent stays due.
-- KEYS: the queue (the base of schedules if nothing is sent), queues, revoked, base of schedules
-- ARGV: offset, id, version, the tick of the decision, 'advance', 'pause' or 'break', then
--   reason · or next tick, its wake-up ('' = none is left), missed ticks, the last of them, tick to send ('' = none), ms after which
--   a run that was held back is tried again ('' = it is left out), queue name, trace ttl, message id, body, code
-- Returns 'lost' if the turn is not claimed, otherwise the answer of put.
local queue, queues, revoked, base = queue_at(1), KEYS[QUEUE_KEYS + 1], KEYS[QUEUE_KEYS + 2], KEYS[QUEUE_KEYS + 3]
local now, id = now_ms(ARGV[1]), ARGV[2]
local schedule = schedule_key(base, id)
local version, at, enabled, broken = unpack(redis.call('HMGET', schedule, 'version', 'next', 'enabled', 'broken'))
if version ~= ARGV[3] or at ~= ARGV[4] or enabled ~= '1' or broken ~= '' then
  return 'lost'
end
if ARGV[5] ~= 'advance' then
  stop_schedule(base, id, ARGV[5], ARGV[6], now)
  return ''
end
local next_tick, wake, missed, last, tick, retry = unpack(ARGV, 6, 11)
redis.call('ZCARD', base .. 'due')
redis.call('LLEN', schedule .. ':ticks')
local answer = ''
if tick ~= '' then
  redis.call('SISMEMBER', queues, ARGV[12])
  answer = put(queue, now, tonumber(ARGV[13]), 14, 1, revoked)
  redis.call('SADD', queues, ARGV[12])
  local flag = string.sub(answer, 1, 1)
  if flag == '2' or flag == '3' then
    if retry ~= '' then
      local again = text_of(now + retry)
      redis.call('HSET', schedule, 'wake', again)
      redis.call('ZADD', base .. 'due', again, id)
      return answer
    end
    note_tick(base, id, tick, now, 'schedule', 'held', 1, cjson.decode(string.sub(answer, 2))[1])
  else
    note_sent(base, id, tick, now, 'schedule', ARGV[14])
  end
end
if missed ~= '0' then
  note_tick(base, id, last, now, 'schedule', 'missed', missed, '')
end
if next_tick == '' then
  stop_schedule(base, id, 'pause', 'finished', now)
else
  redis.call('HSET', schedule, 'next', next_tick, 'wake', wake)
  redis.call('ZADD', base .. 'due', wake, id)
end
return answer
