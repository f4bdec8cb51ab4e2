#!lua flags=allow-oom
-- Renews leases that still exist.
-- KEYS: leased, revoked, terminate · ARGV: offset, lease, members…
-- Returns { '' or one digit for each member, '1' = lost, then pairs of id and terminate of revoked messages }
local now = now_ms(ARGV[1])
local expiry = now + tonumber(ARGV[2])
local count = #ARGV - 2
local scores = redis.call('ZMSCORE', KEYS[1], unpack(ARGV, 3))
local leases, flags, lost = {}, {}, false
for i = 1, count do
  if scores[i] then
    leases[#leases + 1] = expiry
    leases[#leases + 1] = ARGV[2 + i]
    flags[i] = '0'
  else
    flags[i] = '1'
    lost = true
  end
end
if #leases > 0 then
  redis.call('ZADD', KEYS[1], unpack(leases))
end
local answer = { lost and table.concat(flags) or '' }
if redis.call('EXISTS', KEYS[2]) == 1 then
  local ids = {}
  for i = 1, count do
    ids[i] = id_of(ARGV[2 + i])
  end
  local marks = redis.call('ZMSCORE', KEYS[2], unpack(ids))
  for i = 1, count do
    if scores[i] and marks[i] and tonumber(marks[i]) > now then
      answer[#answer + 1] = ids[i]
      answer[#answer + 1] = redis.call('ZSCORE', KEYS[3], ids[i]) and '1' or '0'
    end
  end
end
return answer
