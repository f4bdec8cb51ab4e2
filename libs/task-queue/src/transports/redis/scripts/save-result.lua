#!lua flags=allow-oom
-- with: results
-- Saves results unless a terminal state or a higher attempt exists.
-- KEYS: waiters, result base · ARGV: offset, ttl, results channel, then pairs of id and record · Returns one digit each, '1' = written.
local ids, values = {}, {}
for i = 4, #ARGV, 2 do
  ids[#ids + 1] = ARGV[i]
  values[#values + 1] = ARGV[i + 1]
end
redis.call('ZCARD', KEYS[1])
local written = save_results(KEYS[2], KEYS[1], ARGV[3], tonumber(ARGV[2]), now_ms(ARGV[1]), ids, values)
for i = 1, #written do
  written[i] = written[i] and '1' or '0'
end
return table.concat(written)
