#!lua flags=allow-oom
-- with: results, prune
-- Reads results, and notes that a process waits for those that are not terminal.
-- KEYS: waiters, result base · ARGV: offset, ms of the note, ids… · Returns the records.
local now = now_ms(ARGV[1])
local keys, notes = {}, {}
for i = 3, #ARGV do
  keys[i - 2] = KEYS[2] .. ARGV[i]
end
local records = read_results(keys, now)
prune(KEYS[1], now, #keys)
for i = 1, #keys do
  if not (records[i] and TERMINAL[head_of(records[i])]) then
    notes[#notes + 1] = now + tonumber(ARGV[2])
    notes[#notes + 1] = ARGV[i + 2]
  end
end
if #notes > 0 then
  redis.call('ZADD', KEYS[1], unpack(notes))
end
return records
