import { RelayError } from "#relay/errors.ts";
import type { RelayState } from "#relay/context.ts";
import { judge } from "#relay/routing/candidates.ts";
import type { Conditions, Offer, OfferNow } from "#relay/routing/candidates.ts";
import { chooseChannel } from "#relay/routing/choose.ts";
import { OTHER_KEYS_MAX } from "#relay/routing/retry-policy.ts";
import { strategyPick, type Pick, type Strategy } from "#relay/routing/strategies.ts";
import { soldModel } from "#snapshot/wildcards.ts";
import type { ChannelKey, Model, Route, Snapshot } from "#snapshot/snapshot.ts";

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
  /** The conversation, where it can be told: it stays with its channel while it can. */
  conversation?: string | undefined;
  strategy: Strategy;
  /** What the request would cost us on a route, in pico-USD; undefined = unknown. */
  cost: (route: Route) => number | undefined;
  /** Whether a route costs us more than is charged; left out = nobody is passed by for that. */
  loses?: (route: Route) => boolean;
  /** The only key that will do. */
  keyId?: string;
  /** Nobody else is asked when the first one fails. */
  noFallbacks?: boolean;
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
  /** This choice has answered. */
  served(choice: Choice): void;
  /** The same channel once more, after a pause or a repair; undefined when it is out by now. */
  again(choice: Choice): Choice | undefined;
}

export const createRouter = (input: RouterInput): Router => new RequestRouter(input);

const NONE: ReadonlySet<string> = new Set();

class RequestRouter implements Router {
  readonly only: boolean;
  readonly #input: RouterInput;
  #triedChannels: Set<string> | undefined;
  #triedKeys: Set<string> | undefined;
  /** Keys tried on each channel. */
  #keysTried: Map<string, number> | undefined;
  #failed = false;

  constructor(input: RouterInput) {
    this.#input = input;
    this.only = input.offers.length === 1;
  }

  first(): Choice {
    const judged = judge(this.#input.offers, this.#conditions());
    const choice = this.#pick(judged) ?? this.#panic(judged);
    if (choice) return choice;
    throw unavailable(judged.map((offer) => this.#withKeyLimits(offer)));
  }

  /** What a channel's keys may send is looked at when one is picked; only the reason of a refusal asks when they may again. */
  #withKeyLimits(judged: OfferNow): OfferNow {
    const { state, snapshot, tokens } = this.#input, { channel } = judged.offer.route;
    if (channel.keys.length === 0) return judged;
    const keyWait = state.keyRing.waitMs(channel, state.clock.monotonic(), snapshot.rev, ({ id, limits }) => state.upstreamLimits.waitMs(id, limits, tokens)) ?? Infinity;
    return keyWait <= judged.waitMs ? judged : { ...judged, out: true, waitMs: keyWait, reason: "keys" };
  }

  next(): Choice | undefined {
    this.#failed = true;
    return this.#input.noFallbacks ? undefined : this.#pick(judge(this.#input.offers, this.#conditions()));
  }

  otherKey({ offer }: Choice): Choice | undefined {
    return (this.#keysTried?.get(offer.route.channel.id) ?? 0) > OTHER_KEYS_MAX ? undefined : this.#pickKey(offer, this.#triedKeys ?? NONE);
  }

  served({ offer }: Choice): void {
    const { state, conversation } = this.#input;
    if (conversation !== undefined) state.affinity.served(conversation, offer.route.channel.id);
  }

  again({ offer }: Choice): Choice | undefined {
    const [now] = judge([offer], this.#conditions());
    return now!.out ? undefined : this.#pickKey(offer, NONE);
  }

  #conditions(): Conditions {
    const { state, snapshot, tokens } = this.#input;
    return { health: state.health, keys: state.keyRing, limits: state.upstreamLimits, now: state.clock.monotonic(), wallMs: state.clock.now(), rev: snapshot.rev, tokens };
  }

  #pick(judged: readonly OfferNow[]): Choice | undefined {
    const { state, conversation } = this.#input;
    const hint = conversation === undefined ? undefined : state.affinity.channelOf(conversation);
    const meeting = conversation !== undefined && this.#meets() ? conversation : undefined;
    const rule = this.#rule();
    for (;;) {
      const chosen = chooseChannel(judged, this.#triedChannels ?? NONE, rule, hint, meeting);
      if (!chosen) return undefined;
      (this.#triedChannels ??= new Set()).add(chosen.channelId);
      if (this.#isAtLoss(chosen)) continue;
      const choice = this.#pickKey(chosen.offer, this.#triedKeys ?? NONE);
      if (choice) return choice;
    }
  }

  /**
   * Whom the operator has put first is asked whatever it costs; who stands in for others only where the charge covers it.
   * Where it covers nobody, selling at a loss is the operator's own choice.
   */
  #isAtLoss({ offer, priority }: OfferNow): boolean {
    const { loses, offers } = this.#input;
    if (!loses || (!this.#failed && offers.every((other) => other.priority <= priority))) return false;
    return loses(offer.route) && !offers.every(({ route }) => loses(route));
  }

  /** Other nodes may have served the conversation: all find the same channel by its name. That replaces a draw, never a measure. */
  #meets(): boolean {
    const { state, strategy } = this.#input;
    return (strategy === "weighted" || strategy === "round_robin") && (state.nodes?.() ?? 1) > 1;
  }

  /** The rule within a tier; a draw by weight needs no more than the dice. */
  #rule(): Pick<OfferNow> | number {
    const { state, strategy, cost } = this.#input;
    if (strategy === "weighted") return state.random();
    return strategyPick<OfferNow>(strategy, {
      stats: ({ offer }) => state.routeBook.of(offer.route),
      cost: ({ offer }) => cost(offer.route),
      random: state.random,
    });
  }

  #pickKey(offer: Offer, tried: ReadonlySet<string>): Choice | undefined {
    const { channel } = offer.route;
    if (channel.keys.length === 0) return { offer };
    const { state, snapshot, tokens, affinity, keyId } = this.#input;
    const key = state.keyRing.pick(channel, {
      tried, now: state.clock.monotonic(), rev: snapshot.rev, roll: state.random(), affinity,
      fits: ({ id, limits }) => (keyId === undefined || id === keyId) && state.upstreamLimits.waitMs(id, limits, tokens) === 0,
    });
    if (!key) return undefined;
    (this.#triedKeys ??= new Set()).add(key.id);
    const keysTried = (this.#keysTried ??= new Map<string, number>());
    keysTried.set(channel.id, (keysTried.get(channel.id) ?? 0) + 1);
    return { offer, key };
  }

  /** Every circuit is open: the one that opens first is tried anyway now and then, so that nothing stays dead unasked. */
  #panic(judged: readonly OfferNow[]): Choice | undefined {
    const { state, model } = this.#input;
    const soonest = judged.filter(({ reason }) => reason === "breaker").sort((a, b) => a.waitMs - b.waitMs)[0];
    if (!soonest || !state.health.panic(soldModel(model).name, state.clock.monotonic())) return undefined;
    (this.#triedChannels ??= new Set()).add(soonest.channelId);
    return this.#pickKey(soonest.offer, this.#triedKeys ?? NONE);
  }
}

/** Whoever may be asked the soonest decides what is said: limits have their time, of anything else nobody can be sure. */
function unavailable(judged: readonly OfferNow[]): RelayError {
  const soonest = judged.filter(({ out }) => out).toSorted((a, b) => a.waitMs - b.waitMs)[0];
  const waitMs = soonest && Number.isFinite(soonest.waitMs) ? soonest.waitMs : RETRY_AFTER_MAX_MS;
  const limited = soonest !== undefined && Number.isFinite(soonest.waitMs) && soonest.reason !== "breaker" && soonest.reason !== "paused";
  const retryAfterMs = Math.max(limited ? waitMs : Math.min(waitMs, RETRY_AFTER_MAX_MS), RETRY_AFTER_MIN_MS);
  return limited
    ? new RelayError("upstream_rate_limited", "The model is rate-limited at its provider. Try again later.", { retryAfterMs })
    : new RelayError("no_available_channel", "The model is not available at the moment.", { retryAfterMs });
}
