#!lua
-- with: unique, limits, claims, lines, prune, put, schedules
-- Sends a run of a schedule out of turn.
-- KEYS: the queue, queues, revoked, base of schedules · ARGV: offset, id, tick, cause, queue name, trace ttl, message id, body, code
-- Returns 'missing', otherwise the answer of put.
local queue, queues, revoked, base = queue_at(1), KEYS[QUEUE_KEYS + 1], KEYS[QUEUE_KEYS + 2], KEYS[QUEUE_KEYS + 3]
local now, id = now_ms(ARGV[1]), ARGV[2]
if redis.call('EXISTS', schedule_key(base, id)) == 0 then
  return 'missing'
end
redis.call('SISMEMBER', queues, ARGV[5])
redis.call('LLEN', schedule_key(base, id) .. ':ticks')
local answer = put(queue, now, tonumber(ARGV[6]), 7, 1, revoked)
redis.call('SADD', queues, ARGV[5])
if answer == '' then
  note_sent(base, id, ARGV[3], now, ARGV[4], ARGV[7])
end
return answer
