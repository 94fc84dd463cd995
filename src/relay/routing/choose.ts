export type Candidate = Readonly<{
  channelId: string;
  /** Higher goes first; lower tiers are used only when every higher one is out. */
  priority: number;
  /** Share within the tier, >= 0; 0 = only when nothing else is left in the tier. */
  weight: number;
  /** Cannot be used now: breaker open, cooling, limits used up, no live key. */
  out: boolean;
}>;

/**
 * Picks the next channel, or undefined when none is left.
 *
 * Pure: the candidates, the channels already tried and the dice all come in, so a decision can be replayed in a test.
 *
 * @param roll uniform in [0, 1)
 */
export function chooseChannel<T extends Candidate>(candidates: readonly T[], tried: ReadonlySet<string>, roll: number): T | undefined {
  if (candidates.length === 1) return usable(candidates[0]!, tried) ? candidates[0] : undefined;
  let top = -Infinity;
  for (const candidate of candidates) if (usable(candidate, tried) && candidate.priority > top) top = candidate.priority;
  const tier = candidates.filter((candidate) => candidate.priority === top && usable(candidate, tried));
  if (tier.length <= 1) return tier[0];

  let total = 0;
  for (const { weight } of tier) total += weight;
  if (total <= 0) return tier[Math.floor(roll * tier.length)];
  let mark = roll * total;
  for (const candidate of tier) {
    if (mark < candidate.weight) return candidate;
    mark -= candidate.weight;
  }
  return tier.findLast(({ weight }) => weight > 0);
}

const usable = ({ channelId, out }: Candidate, tried: ReadonlySet<string>): boolean => !out && !tried.has(channelId);
