#!lua flags=no-writes
-- Which queues are paused. KEYS: their marks · Returns one digit for each.
local flags = {}
for i = 1, #KEYS do
  flags[i] = redis.call('EXISTS', KEYS[i])
end
return table.concat(flags)
