-- Unique keys. A spec is '<until><ms or nothing>:<key>'; until: s = start, e = end, t = time only. `unique_of` has the spec of
-- each message that was published with a key, as long as its body: a redriven dead letter takes the key again, or is refused, by
-- `claim` (claims.lua). `unique_out` has those of them that a worker has.

local function key_of(spec)
  return string.match(spec, '^%a%d*:(.*)$')
end

-- Releases the key of a message if the message still holds it. A key of a wrong type is not its own.
local function free_key(queue, spec, id)
  if string.byte(spec) == 116 then
    return
  end
  local name = queue.unique .. key_of(spec)
  if redis.pcall('GET', name) == id then
    redis.call('DEL', name)
  end
end

-- Messages start: releases keys that last until the start.
local function begin_unique(queue, ids)
  if redis.call('EXISTS', queue.unique_of) == 0 then
    return
  end
  local specs, out = redis.call('HMGET', queue.unique_of, unpack(ids)), {}
  for i = 1, #ids do
    if specs[i] then
      out[#out + 1] = ids[i]
      if string.byte(specs[i]) == 115 then
        free_key(queue, specs[i], ids[i])
      end
    end
  end
  if #out > 0 then
    redis.call('SADD', queue.unique_out, unpack(out))
  end
end

-- Messages end; `gone`: their bodies are removed too.
local function end_unique(queue, ids, gone)
  local specs, over = redis.call('HMGET', queue.unique_of, unpack(ids)), {}
  for i = 1, #ids do
    if specs[i] then
      free_key(queue, specs[i], ids[i])
      over[#over + 1] = ids[i]
    end
  end
  if #over > 0 then
    redis.call('SREM', queue.unique_out, unpack(over))
    if gone then
      redis.call('HDEL', queue.unique_of, unpack(over))
    end
  end
end
