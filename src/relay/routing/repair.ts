import type { Health } from "#relay/routing/health.ts";
import type { Choice } from "#relay/routing/router.ts";
import type { Failure } from "#relay/upstream/failure.ts";

/**
 * Learns from a refusal how a channel leaves the wire format.
 * @returns whether the same request is worth sending again with what was learnt
 */
export function repair(health: Health, { offer: { route, provider } }: Choice, { fault }: Failure): boolean {
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
  return false;
}
