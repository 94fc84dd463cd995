import { z } from "zod";
import type { CompiledPrice } from "#money/price.ts";
import { RelayError } from "#relay/errors.ts";
import type { Offer } from "#relay/routing/candidates.ts";
import type { RouteStats } from "#relay/routing/route-stats.ts";
import type { Strategy } from "#relay/routing/strategies.ts";
import type { Route } from "#snapshot/snapshot.ts";

/** A number, or one for each of some shares of all requests. */
const mark = z.number().positive();
const marks = z.union([mark, z.strictObject({ p50: mark, p75: mark, p90: mark, p99: mark }).partial()]);

const names = z.array(z.string().min(1).max(100)).max(50);
const usd = z.coerce.number().nonnegative();

const shape = z.object({
  order: names.optional(),
  only: names.optional(),
  ignore: names.optional(),
  allow_fallbacks: z.boolean().optional(),
  require_parameters: z.boolean().optional(),
  data_collection: z.enum(["allow", "deny"]).optional(),
  sort: z.enum(["price", "latency", "throughput"]).optional(),
  max_price: z.object({ prompt: usd.optional(), completion: usd.optional(), request: usd.optional(), image: usd.optional() }).optional(),
  quantizations: names.optional(),
  /** Seconds to the first token, and tokens a second: who misses them is asked last. */
  preferred_max_latency: marks.optional(),
  preferred_min_throughput: marks.optional(),
});

/** What a request asks of those who may answer it: the member `provider` of OpenRouter's requests. @see OpenRouter docs, "Provider Routing" */
export type Preferences = z.infer<typeof shape>;

/** What a request asks of those who may answer it, and whether a vendor of this shop must know more than the shop does to grant it. */
export type Wanted = Preferences & Readonly<{ beyondShop: boolean }>;

/** Members that would promise something the shop does not know of its vendors. */
const UNKNOWABLE = ["zdr"] as const;
/** Members that tell vendors apart. */
const VENDOR_CHOICE = ["order", "only", "ignore", "quantizations", "preferred_max_latency", "preferred_min_throughput"] as const;

/** What the offers are measured by. */
export type Grounds = Readonly<{ price: CompiledPrice; atMs: number; stats: (route: Route) => Pick<RouteStats, "firstMs" | "pace"> }>;

export type PreferenceRules = Readonly<{
  /** Whether this shop lets customers choose by vendor. */
  vendorChoice: boolean;
  offers: readonly Offer[];
}>;

/** Routers take the member themselves: what the shop cannot grant, they may. */
const passesOn = ({ provider: { flags } }: Offer): boolean => flags.routingFields === true;

/**
 * @param json the member's value
 * @throws RelayError invalid_value, unsupported_parameter with the member as `param`
 */
export function readPreferences(json: string, { vendorChoice, offers }: PreferenceRules): Wanted {
  const value = JSON.parse(json) as unknown;
  if (value === null) return { beyondShop: false };
  const parsed = shape.safeParse(value);
  if (!parsed.success) {
    const { path, message } = parsed.error.issues[0]!;
    const param = ["provider", ...path].join(".");
    throw new RelayError("invalid_value", `Invalid value for '${param}': ${message}.`, { param });
  }
  const given = value as Record<string, unknown>;
  const refused = [...UNKNOWABLE, ...(vendorChoice ? [] : VENDOR_CHOICE)].find((name) => given[name] !== undefined && given[name] !== null)
    ?? (given.data_collection === "deny" ? "data_collection" : undefined);
  if (refused !== undefined && !offers.some(passesOn)) {
    throw new RelayError("unsupported_parameter", `This shop does not offer 'provider.${refused}'.`, { param: `provider.${refused}` });
  }
  return { ...parsed.data, beyondShop: refused !== undefined };
}

/** Below all others, in their own order. */
const MISSED_RANK = -4_000_000_000;
/** Ranks of those whom the client puts in order stand above all of the shop's own. */
const ORDER_RANK = 1_000_000_000;

/**
 * The offers that a request accepts, in the order it wants them. Routers are left to choose among their own vendors.
 * @throws RelayError no_endpoint_matches when none is left or the price is above what it would pay
 */
export function preferred(offers: readonly Offer[], wanted: Wanted, { price, atMs, stats }: Grounds): readonly Offer[] {
  checkPrice(wanted, price, atMs);
  if (wanted.beyondShop) return offers.filter(passesOn);
  const { order, only, ignore, quantizations, allow_fallbacks: fallbacks = true } = wanted;
  let left = offers.filter((offer) => passesOn(offer) || ((only === undefined || only.includes(offer.provider.id)) && ignore?.includes(offer.provider.id) !== true
    && (quantizations === undefined || quantizations.length === 0 || quantizations.includes(offer.route.channel.settings.quantization ?? "unknown"))));
  if (order !== undefined && order.length > 0) {
    left = left.map((offer) => {
      const rank = order.indexOf(offer.provider.id);
      return rank < 0 ? offer : { ...offer, priority: ORDER_RANK - rank };
    });
    if (!fallbacks) left = left.filter((offer) => passesOn(offer) || offer.priority > ORDER_RANK - order.length);
  }
  if (left.length === 0) throw noMatch("No provider of this model matches the request's preferences.");
  return slowLast(left, wanted, stats);
}

/** Who was never measured is given the chance. Of several marks the easiest is held against the average: no more is known. */
function slowLast(offers: readonly Offer[], { preferred_max_latency: latency, preferred_min_throughput: throughput }: Wanted, stats: Grounds["stats"]): readonly Offer[] {
  const most = marksOf(latency).toSorted((a, b) => b - a)[0], least = marksOf(throughput).toSorted((a, b) => a - b)[0];
  if (most === undefined && least === undefined) return offers;
  return offers.map((offer) => {
    const { firstMs, pace } = stats(offer.route);
    const misses = (most !== undefined && firstMs !== undefined && firstMs > most * 1_000) || (least !== undefined && pace !== undefined && pace < least);
    return misses ? { ...offer, priority: offer.priority + MISSED_RANK } : offer;
  });
}

const marksOf = (given: z.infer<typeof marks> | undefined): readonly number[] => (typeof given === "number" ? [given] : Object.values(given ?? {}));

/** The rule that the client's sorting stands for; the price that it pays is the same at all of them. */
export const sortStrategy = ({ sort }: Preferences): Strategy | undefined =>
  sort === undefined ? undefined : sort === "price" ? "lowest_cost" : "least_latency";

/** Tokens are priced by the million, requests and pictures by the piece. */
const PICO_PER_TOKEN_IN_USD_PER_MILLION = 1_000_000;
const PICO_IN_USD = 1_000_000_000_000;

function checkPrice({ max_price: most }: Preferences, price: CompiledPrice, atMs: number): void {
  if (most === undefined) return;
  const { input, output, request, image } = price.card(0, atMs).prices;
  const asked = [
    ["prompt", most.prompt, input, PICO_PER_TOKEN_IN_USD_PER_MILLION], ["completion", most.completion, output, PICO_PER_TOKEN_IN_USD_PER_MILLION],
    ["request", most.request, request, PICO_IN_USD], ["image", most.image, image, PICO_IN_USD],
  ] as const;
  for (const [name, limit, pico, unit] of asked) {
    if (limit !== undefined && Number(pico ?? 0n) / unit > limit) throw noMatch(`The model's ${name} price is above 'provider.max_price.${name}'.`);
  }
}

const noMatch = (message: string): RelayError => new RelayError("no_endpoint_matches", message, { param: "provider" });
