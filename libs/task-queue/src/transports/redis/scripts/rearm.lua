#!lua flags=allow-oom
-- Sends a wake-up again that was taken and not used. KEYS: wake lists
for i = 1, #KEYS do
  ring({ wake = KEYS[i] })
end
return #KEYS
