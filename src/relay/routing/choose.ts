import { rendezvous } from "#relay/routing/rendezvous.ts";
import { byWeight, type Pick } from "#relay/routing/strategies.ts";

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
 * @param pick the rule within a tier, or a number in [0, 1) for a draw by weight
 * @param hint the channel that served this conversation before: taken when it stands in the top live tier
 * @param conversation by what other nodes find the same channel, where no hint is to be had; takes the place of `pick`
 */
export function chooseChannel<T extends Candidate>(candidates: readonly T[], tried: ReadonlySet<string>, pick: Pick<T> | number, hint?: string, conversation?: string): T | undefined {
  if (candidates.length === 1) return usable(candidates[0]!, tried) ? candidates[0] : undefined;
  let top = -Infinity;
  for (const candidate of candidates) if (usable(candidate, tried) && candidate.priority > top) top = candidate.priority;
  const tier = candidates.filter((candidate) => candidate.priority === top && usable(candidate, tried));
  if (tier.length <= 1) return tier[0];
  if (hint !== undefined) {
    const known = tier.find(({ channelId }) => channelId === hint);
    if (known) return known;
  }
  const weighty = tier.filter(({ weight }) => weight > 0);
  const live = weighty.length > 0 ? weighty : tier;
  if (conversation !== undefined) return rendezvous(live, conversation);
  return typeof pick === "number" ? byWeight(live, pick) : pick(live);
}

const usable = ({ channelId, out }: Candidate, tried: ReadonlySet<string>): boolean => !out && !tried.has(channelId);
