/** What the order of channels is made of. */
export type Placed = Readonly<{ id: string; priority: number; number: number }>;

/** Channels of one priority: they share by weight. The first tier is asked first. */
export type Tier<Item extends Placed> = Readonly<{ priority: number; channels: readonly Item[] }>;

/** Where a channel goes: into a tier that there is, or to a place of its own before the tier of that index (their count = at the end). */
export type Place = Readonly<{ tier: number } | { gap: number }>;

/** Room that is left between two places, for the next channel to come between. */
const STEP = 10;

/** Tiers from the top, channels in each by number. */
export function tiersOf<Item extends Placed>(channels: readonly Item[]): readonly Tier<Item>[] {
  const byPriority = Map.groupBy(channels.toSorted((a, b) => b.priority - a.priority || a.number - b.number), ({ priority }) => priority);
  return [...byPriority].map(([priority, members]) => ({ priority, channels: members }));
}

/**
 * The priorities that change when a channel goes to a place: of as few channels as can be.
 *
 * @returns empty where it stands there already
 */
export function placeChannel<Item extends Placed>(tiers: readonly Tier<Item>[], id: string, place: Place): ReadonlyMap<string, number> {
  const own = tiers.findIndex(({ channels }) => channels.some((channel) => channel.id === id));
  const from = tiers[own];
  if (!from) return new Map();
  const alone = from.channels.length === 1;
  if ("tier" in place) {
    const to = tiers[place.tier];
    return !to || place.tier === own ? new Map() : new Map([[id, to.priority]]);
  }
  if (alone && (place.gap === own || place.gap === own + 1)) return new Map();
  return betweenTiers(tiers, id, place.gap, alone ? own : undefined);
}

/** A number between two neighbours where there is one; else what lies above makes room. */
function betweenTiers<Item extends Placed>(tiers: readonly Tier<Item>[], id: string, gap: number, vanishing: number | undefined): ReadonlyMap<string, number> {
  const stays = (_: Tier<Item>, index: number): boolean => index !== vanishing;
  const above = tiers.slice(0, gap).filter(stays), below = tiers.slice(gap).filter((_, index) => index + gap !== vanishing);
  const upper = above.at(-1)?.priority, lower = below[0]?.priority;
  if (lower === undefined) return new Map([[id, upper === undefined ? 0 : upper - STEP]]);
  if (upper === undefined) return new Map([[id, lower + STEP]]);
  if (upper - lower >= 2) return new Map([[id, lower + Math.floor((upper - lower) / 2)]]);
  const changes = new Map([[id, lower + STEP]]);
  let floor = lower + STEP;
  for (const tier of above.toReversed()) {
    if (tier.priority > floor) break;
    floor += STEP;
    for (const channel of tier.channels) changes.set(channel.id, floor);
  }
  return changes;
}

/** One step up or down by keyboard: out of the tier to a place of its own, then into the next tier. */
export function stepOf<Item extends Placed>(tiers: readonly Tier<Item>[], id: string, direction: -1 | 1): Place | undefined {
  const own = tiers.findIndex(({ channels }) => channels.some((channel) => channel.id === id));
  const from = tiers[own];
  if (!from) return undefined;
  if (from.channels.length > 1) return { gap: direction < 0 ? own : own + 1 };
  const next = own + direction;
  return next < 0 || next >= tiers.length ? undefined : { tier: next };
}

/** A channel's part of its tier's requests, 0 to 1; undefined where it takes none. */
export function shareOf(channels: readonly Readonly<{ id: string; weight: number; live: boolean }>[], id: string): number | undefined {
  const live = channels.filter((channel) => channel.live);
  const total = live.reduce((sum, { weight }) => sum + weight, 0);
  const own = live.find((channel) => channel.id === id);
  if (!own) return undefined;
  return total === 0 ? 1 / live.length : own.weight / total;
}
