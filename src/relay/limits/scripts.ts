import { sharedScript } from "#platform/shared-script.ts";

/**
 * The bucket arithmetic of gcra.ts inside the shared store, by the store's own clock. A bucket is one string: the
 * theoretical arrival time in milliseconds. One that is full again has run out.
 */
const CLOCK = `local t = redis.call('TIME')
local now = t[1] * 1000 + t[2] / 1000
local function text(n) return string.format('%.3f', n) end
local function level(key)
  local tat = redis.call('GET', key)
  tat = tat and tonumber(tat) or now
  if tat < now then return now end
  return tat
end
local function put(key, tat)
  if tat <= now then redis.call('DEL', key) else redis.call('SET', key, text(tat), 'PX', math.ceil(tat - now) + 1000) end
end
`;

/**
 * Takes `cost` from every bucket or from none. KEYS: buckets. ARGV: cost, then limit, window (ms) and burst of each.
 * Returns 1-based index of the refusing bucket that keeps waiting longest or 0, its wait in ms, the store's time, and
 * the level of every bucket afterwards.
 */
export const TAKE = sharedScript(`${CLOCK}
local cost = tonumber(ARGV[1])
local worst, wait = 0, 0
local levels = {}
for i, key in ipairs(KEYS) do
  local limit, window, burst = tonumber(ARGV[3 * i - 1]), tonumber(ARGV[3 * i]), tonumber(ARGV[3 * i + 1])
  local start = level(key)
  levels[i] = start
  local retry = 0
  if limit <= 0 then
    retry = window
  else
    local after = start + cost * window / limit
    local fits = after - now <= burst * window + 0.001 or (cost > burst * limit and start <= now)
    if not fits then
      retry = after - burst * window - now
      if cost > burst * limit then retry = start - now end
      if retry < 1 then retry = 1 end
    end
  end
  if retry > wait then
    worst = i
    wait = retry
  end
end
if worst == 0 then
  for i, key in ipairs(KEYS) do
    levels[i] = levels[i] + cost * tonumber(ARGV[3 * i]) / tonumber(ARGV[3 * i - 1])
    put(key, levels[i])
  end
end
local reply = { worst, text(wait), text(now) }
for i, tat in ipairs(levels) do reply[3 + i] = text(tat) end
return reply`);

/** Moves buckets by what was learnt afterwards. KEYS: buckets. ARGV: most windows of debt, then delta, limit, window, burst of each. */
export const CORRECT = sharedScript(`${CLOCK}
for i, key in ipairs(KEYS) do
  local delta, limit, window, burst = tonumber(ARGV[4 * i - 2]), tonumber(ARGV[4 * i - 1]), tonumber(ARGV[4 * i]), tonumber(ARGV[4 * i + 1])
  if limit > 0 then put(key, math.min(level(key) + delta * window / limit, now + (burst + tonumber(ARGV[1])) * window)) end
end
return 0`);

/**
 * Takes a place in every set or in none. KEYS: sets. ARGV: the place's name, its life in ms, then the limit of each set.
 * Returns the 1-based index of the set that is full, or 0. Places of nodes that died run out.
 */
export const ACQUIRE = sharedScript(`${CLOCK}
local life = tonumber(ARGV[2])
for i, key in ipairs(KEYS) do
  redis.call('ZREMRANGEBYSCORE', key, '-inf', text(now))
  if redis.call('ZCARD', key) >= tonumber(ARGV[2 + i]) then return i end
end
for _, key in ipairs(KEYS) do
  redis.call('ZADD', key, text(now + life), ARGV[1])
  redis.call('PEXPIRE', key, life)
end
return 0`);

/** KEYS: sets. ARGV: the place's name. */
export const RELEASE = sharedScript(`for _, key in ipairs(KEYS) do redis.call('ZREM', key, ARGV[1]) end
return 0`);

/** Lengthens the life of places that are still held. KEYS: one set. ARGV: life in ms, then the places' names. */
export const HOLD = sharedScript(`${CLOCK}
for i = 2, #ARGV do redis.call('ZADD', KEYS[1], text(now + tonumber(ARGV[1])), ARGV[i]) end
redis.call('PEXPIRE', KEYS[1], ARGV[1])
return 0`);
