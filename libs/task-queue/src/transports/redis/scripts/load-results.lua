#!lua flags=allow-oom
-- Reads results. KEYS: result base · ARGV: ids… · Answers the records.
local keys = {}
for i = 1, #ARGV do
  keys[i] = KEYS[1] .. ARGV[i]
end
return redis.call('MGET', unpack(keys))
