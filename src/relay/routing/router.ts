import { RelayError } from "#relay/errors.ts";
import type { RelayState } from "#relay/context.ts";
import { judge } from "#relay/routing/candidates.ts";
import type { Conditions, Offer, OfferNow } from "#relay/routing/candidates.ts";
import { chooseChannel } from "#relay/routing/choose.ts";
import { OTHER_KEYS_MAX } from "#relay/routing/retry-policy.ts";
import type { ChannelKey, Model, Snapshot } from "#snapshot/snapshot.ts";

/** A channel and one of its keys; no key where the provider needs none. */
export type Choice = Readonly<{ offer: Offer; key?: ChannelKey }>;

export type RouterInput = Readonly<{
  state: RelayState;
  snapshot: Snapshot;
  model: Model;
  offers: readonly Offer[];
  /** Estimated tokens of the request, for the channels' limits. */
  tokens: number;
  /** What sticky keys stick to. */
  affinity: string;
}>;

const RETRY_AFTER_MIN_MS = 1_000;
const RETRY_AFTER_MAX_MS = 30_000;

/** The choices of one request: no channel twice, no key twice. */
export interface Router {
  readonly only: boolean;
  /**
   * The first choice.
   * @throws RelayError no_available_channel, upstream_rate_limited
   */
  first(): Choice;
  /** Another channel than those before; undefined = none left. */
  next(): Choice | undefined;
  /** Another key of the same channel. */
  otherKey(choice: Choice): Choice | undefined;
  /** The same channel once more, after a pause or a repair; undefined when it is out by now. */
  again(choice: Choice): Choice | undefined;
}

export function createRouter({ state, snapshot, model, offers, tokens, affinity }: RouterInput): Router {
  const triedChannels = new Set<string>(), triedKeys = new Set<string>();
  const keysTried = new Map<string, number>();
  const none: ReadonlySet<string> = new Set();

  const conditions = (): Conditions => ({
    health: state.health, keys: state.keyRing, limits: state.upstreamLimits, now: state.clock.monotonic(), wallMs: state.clock.now(), rev: snapshot.rev, tokens,
  });
  const pickKey = (offer: Offer, tried: ReadonlySet<string>): Choice | undefined => {
    const { channel } = offer.route;
    if (channel.keys.length === 0) return { offer };
    const key = state.keyRing.pick(channel, {
      tried, now: state.clock.monotonic(), rev: snapshot.rev, roll: state.random(), affinity,
      fits: ({ id, limits }) => state.upstreamLimits.waitMs(id, limits, tokens) === 0,
    });
    if (!key) return undefined;
    triedKeys.add(key.id);
    keysTried.set(channel.id, (keysTried.get(channel.id) ?? 0) + 1);
    return { offer, key };
  };
  const pick = (judged: readonly OfferNow[]): Choice | undefined => {
    for (;;) {
      const chosen = chooseChannel(judged, triedChannels, state.random());
      if (!chosen) return undefined;
      triedChannels.add(chosen.channelId);
      const choice = pickKey(chosen.offer, triedKeys);
      if (choice) return choice;
    }
  };

  return {
    only: offers.length === 1,
    first() {
      const judged = judge(offers, conditions());
      const choice = pick(judged) ?? panic(judged);
      if (choice) return choice;
      throw unavailable(judged);
    },
    next: () => pick(judge(offers, conditions())),
    otherKey({ offer }) {
      return (keysTried.get(offer.route.channel.id) ?? 0) > OTHER_KEYS_MAX ? undefined : pickKey(offer, triedKeys);
    },
    again({ offer }) {
      const [now] = judge([offer], conditions());
      return now!.out ? undefined : pickKey(offer, none);
    },
  };

  /** Every circuit is open: the one that opens first is tried anyway now and then, so that nothing stays dead unasked. */
  function panic(judged: readonly OfferNow[]): Choice | undefined {
    const soonest = judged.filter(({ reason }) => reason === "breaker").sort((a, b) => a.waitMs - b.waitMs)[0];
    if (!soonest || !state.health.panic(model.name, state.clock.monotonic())) return undefined;
    triedChannels.add(soonest.channelId);
    return pickKey(soonest.offer, triedKeys);
  }
}

function unavailable(judged: readonly OfferNow[]): RelayError {
  const soonest = judged.toSorted((a, b) => a.waitMs - b.waitMs)[0];
  const waitMs = soonest && Number.isFinite(soonest.waitMs) ? soonest.waitMs : RETRY_AFTER_MAX_MS;
  const retryAfterMs = Math.min(Math.max(waitMs, RETRY_AFTER_MIN_MS), RETRY_AFTER_MAX_MS);
  const limited = soonest !== undefined && Number.isFinite(soonest.waitMs) && soonest.reason !== "breaker" && soonest.reason !== "paused";
  return limited
    ? new RelayError("upstream_rate_limited", "The model is rate-limited at its provider. Try again later.", { retryAfterMs })
    : new RelayError("no_available_channel", "The model is not available at the moment.", { retryAfterMs });
}
