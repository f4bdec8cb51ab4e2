#!lua flags=allow-oom
-- Removes results. KEYS: result base · ARGV: ids…
for i = 1, #ARGV do
  redis.call('DEL', KEYS[1] .. ARGV[i])
end
return #ARGV
