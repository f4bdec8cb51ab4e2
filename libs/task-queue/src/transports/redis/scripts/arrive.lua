#!lua flags=allow-oom
-- with: joins
-- Members arrive at joins. KEYS: join base, complete · ARGV: offset, then groups of join, member, index, value
-- Returns receipts (see arrive in parts/joins.lua).
redis.call('ZCARD', KEYS[2])
return arrive(KEYS[1], KEYS[2], now_ms(ARGV[1]), 2, (#ARGV - 1) / 4)
