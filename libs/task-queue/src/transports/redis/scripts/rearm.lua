#!lua flags=allow-oom
-- Hands on a wake-up that was taken and is not used. KEYS: wake lists
for i = 1, #KEYS do
  ring({ wake = KEYS[i] })
end
return #KEYS
