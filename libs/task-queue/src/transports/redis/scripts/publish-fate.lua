#!lua flags=allow-oom
-- Whether a publish whose answer was lost has arrived. If not, its nonce is used up, so that a late copy of the call changes nothing.
-- KEYS: nonce · ARGV: nonce ttl · Returns its answer; nothing = it never will arrive.
local seen = redis.call('GET', KEYS[1])
if seen and seen ~= 'void' then
  return seen
end
redis.call('SET', KEYS[1], 'void', 'PX', ARGV[1])
return false
