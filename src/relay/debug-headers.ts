import type { RelayState, RequestContext } from "#relay/context.ts";
import { headerText } from "#relay/http/headers.ts";
import type { Route } from "#snapshot/snapshot.ts";

type Part = Pick<RequestContext, "caller" | "attempts" | "answering" | "snapshot" | "startedAt">;

/** Who has agreed to a conversation, and how long that took. */
type Agreed = Readonly<{ route: Route; ms: number }>;

/**
 * Whose answer it is and where the time went, for operators whose key says so: the last channel that was asked, and what
 * all tries together took. Nobody else learns anything of channels, so these are no part of the headers that everybody gets.
 */
export function debugHeaders({ clock }: Pick<RelayState, "clock">, { caller, attempts, answering, snapshot, startedAt }: Part, agreed?: Agreed): Readonly<Record<string, string>> | undefined {
  if (!caller?.scopes?.includes("debug")) return undefined;
  const now = clock.monotonic(), last = attempts.at(-1);
  let upstreamMs = agreed?.ms ?? (answering === undefined ? 0 : now - answering.attempt.startedAt);
  for (const { latencyMs } of attempts) upstreamMs += latencyMs ?? 0;
  const { route } = agreed ?? answering?.choice.offer ?? {};
  const channel = route?.channel ?? (last && snapshot.channels.get(last.channelId)), upstreamModel = route?.upstreamModel ?? last?.upstreamModel;
  if (!channel) return undefined;
  return {
    "x-modelmart-channel": `${channel.number}`,
    ...(upstreamModel !== undefined && { "x-modelmart-upstream-model": headerText(upstreamModel) }),
    "x-modelmart-upstream-ms": `${Math.round(upstreamMs)}`,
    "x-modelmart-overhead-ms": `${Math.max(0, Math.round(now - startedAt - upstreamMs))}`,
  };
}
