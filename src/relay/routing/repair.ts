import type { Health } from "#relay/routing/health.ts";
import type { Choice } from "#relay/routing/router.ts";
import type { Failure } from "#relay/upstream/failure.ts";

/** Beyond so many sets a channel's customers make them up. */
const SETS_MAX = 100;

/** Of a model, a set of betas that it was sent. What one customer asks for in vain takes nothing from others. */
export const betasOf = (upstreamModel: string, betas: string): string => `${upstreamModel}\0${betas}`;

/**
 * Learns from a refusal how a channel leaves the wire format.
 * @returns whether the same request is worth sending again with what was learnt
 */
export function repair(health: Health, { offer: { route, provider } }: Choice, { betas, fault }: Failure): boolean {
  const { message = "", param = "" } = fault ?? {};
  const flags = health.flags(route.channel.id, provider.flags);
  const text = `${param} ${message}`;
  if (/stream_options|include_usage/.test(text) && flags.streamOptions !== "none") {
    health.learn(route.channel.id, { streamOptions: "none" });
    return true;
  }
  // The vendor's sentence names both: the one it refuses and the one it wants.
  if (/max_completion_tokens|max_tokens/.test(text) && flags.maxTokensName === provider.flags.maxTokensName) {
    const wanted = /max_completion_tokens.{0,20}instead/.test(text) || param === "max_tokens" ? "max_completion_tokens" : "max_tokens";
    if (flags.maxTokensName === wanted) return false;
    health.learn(route.channel.id, { maxTokensName: wanted });
    return true;
  }
  if (betas !== undefined && /beta/i.test(text)) {
    const refused = flags.refusedBetas ?? new Set<string>(), set = betasOf(route.upstreamModel, betas);
    if (refused.has(set) || refused.size >= SETS_MAX) return false;
    health.learn(route.channel.id, { refusedBetas: new Set([...refused, set]) });
    return true;
  }
  return false;
}
