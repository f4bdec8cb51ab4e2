#!lua
-- with: schedules
-- Makes the schedules of an owner's code equal to this list.
-- KEYS: base of schedules · ARGV: offset, owner, then six values for each: id, key, digest, name, definition, enabled
-- Returns ['taken', name], or ['ok', created, changed, removed].
local base, owner, now = KEYS[1], ARGV[2], now_ms(ARGV[1])
local code, by_name = base .. 'code:' .. owner, base .. 'by-name'
local known, own, listed = {}, {}, {}
local pairs_of = redis.call('HGETALL', code)
for i = 1, #pairs_of, 2 do
  known[pairs_of[i]] = pairs_of[i + 1]
  own[pairs_of[i + 1]] = true
end
for at = 3, #ARGV, 6 do
  local holder = redis.call('HGET', by_name, ARGV[at + 3])
  if holder and not own[holder] then
    return { 'taken', ARGV[at + 3] }
  end
  listed[ARGV[at + 1]] = true
end
local created, changed, removed = 0, {}, 0
for key, id in pairs(known) do
  if not listed[key] then
    remove_schedule(base, id)
    removed = removed + 1
  end
end
-- A name may move from one schedule to another, so all are released before any is taken.
for at = 3, #ARGV, 6 do
  local id = known[ARGV[at + 1]]
  local schedule = id and schedule_key(base, id)
  if id and redis.call('HGET', schedule, 'digest') ~= ARGV[at + 2] then
    unname(base, redis.call('HGET', schedule, 'name'))
    changed[#changed + 1] = at
  end
end
for i = 1, #changed do
  local at = changed[i]
  local id = known[ARGV[at + 1]]
  local schedule = schedule_key(base, id)
  local enabled, because = unpack(redis.call('HMGET', schedule, 'enabled', 'because'))
  if because == 'finished' then
    enabled = ARGV[at + 5]
  end
  name_it(base, id, ARGV[at + 3])
  redis.call('HSET', schedule, 'name', ARGV[at + 3], 'definition', ARGV[at + 4], 'digest', ARGV[at + 2])
  edit_schedule(base, id, enabled, enabled == '1' and '' or because, now)
end
for at = 3, #ARGV, 6 do
  if not known[ARGV[at + 1]] then
    create_schedule(base, ARGV[at], ARGV[at + 3], ARGV[at + 4], ARGV[at + 5], now, 'code', owner, ARGV[at + 1], ARGV[at + 2])
    redis.call('HSET', code, ARGV[at + 1], ARGV[at])
    created = created + 1
  end
end
return { 'ok', created, #changed, removed }
