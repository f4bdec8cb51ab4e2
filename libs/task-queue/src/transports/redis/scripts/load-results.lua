#!lua flags=no-writes
-- with: results
-- Reads results. KEYS: result base · ARGV: offset, ids… · Returns the records.
local keys = {}
for i = 2, #ARGV do
  keys[i - 1] = KEYS[1] .. ARGV[i]
end
return read_results(keys, now_ms(ARGV[1]))
