-- Results: STRINGs that expire.

-- A stored result begins with its state and attempt (see record-codec.ts): the rest need not be decoded.
local TERMINAL = { SUCCESS = true, FAILURE = true, REVOKED = true, REJECTED = true, IGNORED = true }
local function head_of(record)
  local state, retries = string.match(record, '^{"state":"([^"]*)","retries":(%d+)')
  return state, tonumber(retries)
end

-- Whether a record may replace the stored one: a terminal state is final, and attempts only increase.
local function may_replace(old, new)
  if not old then
    return true
  end
  local state, retries = head_of(old)
  if not state then
    return true
  end
  local _, new_retries = head_of(new)
  return not TERMINAL[state] and retries <= (new_retries or 0)
end

local function read_results(keys, now)
  local records = redis.call('MGET', unpack(keys))
  for i = 1, #keys do
    if records[i] and lapsed(keys[i], now) then
      records[i] = false
    end
  end
  return records
end

-- Most results are the first of their id, and one command stores them. MGET, unlike GET, treats a key of a wrong type as missing.
local function save_one(key, value, expiry, now)
  if redis.call('SET', key, value, 'NX', 'PXAT', expiry) then
    return true
  end
  if not may_replace(read_results({ key }, now)[1], value) then
    return false
  end
  redis.call('SET', key, value, 'PXAT', expiry)
  return true
end

-- Stores results; `values[i]` belongs to `ids[i]`. Announces awaited ids with a terminal record. Returns which were written.
local function save_results(base, waiters, channel, ttl, now, ids, values)
  local waited = redis.call('EXISTS', waiters) == 1 and redis.call('ZMSCORE', waiters, unpack(ids)) or {}
  local written, expiry = {}, text_of(now + ttl)
  for i = 1, #ids do
    written[i] = save_one(base .. ids[i], values[i], expiry, now)
    if written[i] and waited[i] and tonumber(waited[i]) > now and TERMINAL[head_of(values[i])] then
      redis.call('ZREM', waiters, ids[i])
      redis.call('PUBLISH', channel, ids[i])
    end
  end
  return written
end
