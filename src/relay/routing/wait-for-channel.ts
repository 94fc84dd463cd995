import type { RelayState, RequestContext } from "#relay/context.ts";
import { RelayError } from "#relay/errors.ts";
import { queueMsOf, waitFor } from "#relay/limits/wait.ts";
import type { TryResult } from "#relay/limits/waiting-room.ts";
import type { Offer } from "#relay/routing/candidates.ts";
import type { Choice, Router } from "#relay/routing/router.ts";
import type { Channel } from "#snapshot/snapshot.ts";

export type Routed = Readonly<{ router: Router; first: Choice }>;

/** Who waits for the same, among which offers, and how a router among some of them is made. */
export type Line = Readonly<{ line: unknown; offers: readonly Offer[]; tokens: number; make: (offers: readonly Offer[]) => Router }>;

/**
 * The first choice, or why there is none at the moment where the request may wait for one.
 * @throws RelayError as `Router.first`
 */
export function firstOrRefusal(state: RelayState, context: RequestContext, router: Router, offers: readonly Offer[]): Choice | RelayError {
  try {
    // Nobody goes past those who stand in line.
    if (state.waitingRoom.size > 0 && offers.length > 0 && queueMsOf(context) > 0 && offers.every(({ route }) => state.waitingRoom.isWanted(route.channel.id))) return behindOthers();
    return router.first();
  } catch (error) {
    if (isLimit(error) && queueMsOf(context) > 0) return error;
    throw error;
  }
}

/** The first choice, waited for where the request may. @throws RelayError as `firstOrRefusal` and `waitForChannel` */
export async function firstInTime(state: RelayState, context: RequestContext, router: Router, line: Line): Promise<Routed> {
  const found = firstOrRefusal(state, context, router, line.offers);
  return found instanceof RelayError ? waitForChannel(state, context, found, line) : { router, first: found };
}

/** @throws RelayError the refusal, when no channel was free in time; as `Router.first` when waiting helps no longer */
export function waitForChannel(state: RelayState, context: RequestContext, refusal: RelayError, { line, offers, tokens, make }: Line): Promise<Routed> {
  const attempt = (): TryResult<Routed> => {
    const open = offers.filter(({ route }) => !hasShare(state, context, route.channel));
    const none = open.length < offers.length ? "not-theirs" : "full";
    if (open.length === 0) return none;
    const router = make(open);
    try {
      const first = router.first();
      reserve(state, context, first, tokens);
      return { got: { router, first } };
    } catch (error) {
      if (isLimit(error)) return none;
      throw error;
    }
  };
  return waitFor(state, context, refusal, { line, attempt, wants: [...new Set(offers.map(({ route }) => route.channel.id))] });
}

/** A request goes out to this channel: what was kept for it while it waited is free for what it takes now. */
export function goesTo(context: RequestContext, { offer: { route } }: Choice): void {
  context.channelId = route.channel.id;
  if (context.reserved) context.reserved();
}

/** Until the money is set aside the place would look free to the next one. */
function reserve({ upstreamLimits }: RelayState, context: RequestContext, { offer: { route: { channel } }, key }: Choice, tokens: number): void {
  const places = [channel, ...(key ? [key] : [])].map(({ id, limits }) => upstreamLimits.reserve(id, limits, tokens));
  context.channelId = channel.id;
  const giveUp = (): void => {
    for (const undo of places) undo();
  };
  context.reserved = giveUp;
  context.releases.push(giveUp);
}

const isLimit = (error: unknown): error is RelayError => error instanceof RelayError && error.code === "upstream_rate_limited";

const behindOthers = (): RelayError => new RelayError("upstream_rate_limited", "The model is rate-limited at its provider. Try again later.", { retryAfterMs: 1_000 });

/** While others wait for a channel nobody gets more than half of its places, rounded up so that none stays empty. */
function hasShare({ waitingRoom, upstreamLimits, running }: RelayState, { caller }: RequestContext, { id, limits }: Channel): boolean {
  const places = upstreamLimits.places(limits);
  if (places === undefined || !waitingRoom.isWantedByOthers(id, caller!.userId) || upstreamLimits.waitMs(id, limits, 0) > 0) return false;
  let held = 0;
  for (const { channelId, caller: other } of running) if (channelId === id && other?.userId === caller!.userId) held += 1;
  return held >= Math.ceil(places / 2);
}
