import type { Candidate } from "#relay/routing/choose.ts";
import type { RouteStats } from "#relay/routing/route-stats.ts";

/** How one of several channels of the same priority is chosen. */
export type Strategy = "weighted" | "round_robin" | "least_latency" | "lowest_cost" | "balanced" | "least_busy" | "fill_first";

export type Yardsticks<T> = Readonly<{
  stats(candidate: T): RouteStats;
  /** What the request would cost us there, in any unit; undefined = unknown. */
  cost(candidate: T): number | undefined;
  /** Uniform in [0, 1). */
  random(): number;
}>;

export type Pick<T> = (tier: readonly T[]) => T;

/** Share of requests that look at a channel which does not seem the fastest, so that a recovered one is found. */
const EXPLORE = 0.05;
/** So many running requests count as twice the time. */
const BUSY = 16;
/** Costs so close are taken for equal. */
const COST_TIE = 1.02;
const SUCCESS_FLOOR = 0.05;

/** A draw in proportion to weight; all zero = equal parts. @param roll uniform in [0, 1) */
export function byWeight<T extends Candidate>(tier: readonly T[], roll: number): T {
  return draw(tier, ({ weight }) => weight, roll);
}

/**
 * The rule of a strategy. Rules are pure but for round robin, which moves the turns in the stats on.
 * The tier holds at least one candidate, and none of weight 0 beside others.
 */
export function strategyPick<T extends Candidate>(strategy: Strategy, { stats, cost, random }: Yardsticks<T>): Pick<T> {
  switch (strategy) {
    case "weighted":
      return (tier) => byWeight(tier, random());
    case "round_robin":
      return (tier) => nextInTurn(tier, stats);
    case "least_latency":
      return (tier) => fastest(tier, stats, random);
    case "lowest_cost":
      return (tier) => cheapest(tier, cost, random);
    case "balanced":
      return (tier) => {
        const typical = median(tier.map(cost).filter((known) => known !== undefined)) ?? 1;
        return draw(tier, (candidate) => {
          const each = Math.max(cost(candidate) ?? typical, Number.EPSILON);
          return (Math.max(candidate.weight, Number.EPSILON) / each ** 2) * Math.max(stats(candidate).success, SUCCESS_FLOOR) ** 2;
        }, random());
      };
    case "least_busy":
      return (tier) => least(tier, (candidate) => stats(candidate).inflight / Math.max(candidate.weight, Number.EPSILON));
    case "fill_first":
      return (tier) => tier[0]!;
  }
}

function draw<T>(tier: readonly T[], share: (candidate: T) => number, roll: number): T {
  const shares = tier.map(share);
  const total = shares.reduce((sum, each) => sum + each, 0);
  if (!(total > 0)) return tier[Math.floor(roll * tier.length)]!;
  let mark = roll * total;
  for (let i = 0; i < tier.length; i++) {
    if (mark < shares[i]!) return tier[i]!;
    mark -= shares[i]!;
  }
  return tier[shares.findLastIndex((each) => each > 0)]!;
}

/** Smooth weighted round robin: shares as the weights say, without runs. */
function nextInTurn<T extends Candidate>(tier: readonly T[], stats: Yardsticks<T>["stats"]): T {
  let total = 0;
  for (const candidate of tier) {
    const weight = Math.max(candidate.weight, 1);
    stats(candidate).turn += weight;
    total += weight;
  }
  const chosen = least(tier, (candidate) => -stats(candidate).turn);
  stats(chosen).turn -= total;
  return chosen;
}

/** The better of two at random: the best of all would draw everybody at once. Unmeasured ones count as middling. */
function fastest<T>(tier: readonly T[], stats: Yardsticks<T>["stats"], random: () => number): T {
  if (random() < EXPLORE) return tier[Math.floor(random() * tier.length)]!;
  const typical = median(tier.map((candidate) => stats(candidate).firstMs).filter((known) => known !== undefined)) ?? 1;
  const score = (candidate: T): number => (stats(candidate).firstMs ?? typical) * (1 + stats(candidate).inflight / BUSY);
  const first = Math.floor(random() * tier.length);
  const second = (first + 1 + Math.floor(random() * (tier.length - 1))) % tier.length;
  return score(tier[second]!) < score(tier[first]!) ? tier[second]! : tier[first]!;
}

function cheapest<T extends Candidate>(tier: readonly T[], cost: Yardsticks<T>["cost"], random: () => number): T {
  const lowest = Math.min(...tier.map((candidate) => cost(candidate) ?? Infinity));
  if (lowest === Infinity) return byWeight(tier, random());
  return byWeight(tier.filter((candidate) => (cost(candidate) ?? Infinity) <= lowest * COST_TIE), random());
}

function least<T extends Candidate>(tier: readonly T[], value: (candidate: T) => number): T {
  let best = tier[0]!, lowest = value(best);
  for (const candidate of tier) {
    const each = value(candidate);
    if (each < lowest) {
      best = candidate;
      lowest = each;
    }
  }
  return best;
}

function median(values: readonly number[]): number | undefined {
  if (values.length === 0) return undefined;
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1]! + sorted[middle]!) / 2;
}
