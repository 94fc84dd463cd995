import type { RelayState, RequestContext } from "#relay/context.ts";
import { forward } from "#relay/dialects/anthropic/forward.ts";
import { parseWire } from "#relay/dialects/stream-kit/wire.ts";
import { RelayError } from "#relay/errors.ts";
import { upstreamHeaders, USER_AGENT } from "#relay/http/headers.ts";
import type { CountedDialect } from "#relay/http/routes.ts";
import { groupsFor } from "#relay/plan.ts";
import { pinnedTo } from "#relay/policy/channel-pin.ts";
import { knownBetas } from "#relay/policy/header-override.ts";
import { endpointUrl, providers } from "#relay/providers/index.ts";
import type { CountEndpoint, JsonObject, ProviderEndpoint } from "#relay/providers/provider.ts";
import { offersFor, type Offer } from "#relay/routing/candidates.ts";
import { circuitOf } from "#relay/routing/health.ts";
import { createRouter, type Choice } from "#relay/routing/router.ts";
import { authorize } from "#relay/upstream/authorize.ts";
import { exchange, type Exchanged } from "#relay/upstream/exchange.ts";
import { shapeHeaders } from "#relay/upstream/speak.ts";
import { takePlaces } from "#relay/upstream/tried.ts";
import type { UpstreamCall } from "#relay/upstream/transport.ts";
import type { Caller, Model } from "#snapshot/snapshot.ts";

/** Who waits for a count waits before he has asked anything: longer than this our own is the better one. */
const DEADLINE_MS = 4_000;
const CONNECT_MS = 2_000;
/** A longer conversation takes longer to send than its count is worth. */
const BYTES_MAX = 8 * 1024 * 1024;

/** What a vendor says that a conversation comes to, and how it said it. */
export type VendorCount = Readonly<{ total: number; reply: JsonObject }>;
type Counter = ProviderEndpoint & Readonly<{ count: CountEndpoint }>;
export type CountAsked = Readonly<{ dialect: CountedDialect; caller: Caller; model: Model; body: Buffer }>;

/**
 * The count of one of the model's vendors, where one counts in the client's own format. It is asked once, and not long:
 * whatever goes wrong, the shop can count by itself. That it cannot count says nothing of how it answers, so its
 * failures stand in a circuit of their own and put no key out.
 */
export async function countAtVendor(state: RelayState, context: RequestContext, asked: CountAsked): Promise<VendorCount | undefined> {
  const { body, caller, dialect, model } = asked;
  // Another shop of this kind asks, or this one by a channel that leads back to it: that must end somewhere.
  if (body.length > BYTES_MAX || context.inbound.headers["user-agent"] === USER_AGENT) return undefined;
  const offers = counters(state, context, asked);
  if (offers.length === 0) return undefined;
  const request = parseWire(body.toString("utf8"));
  // Whom the customer wants asked, and whom not, is said of answers.
  if (!request || "provider" in request) return undefined;
  try {
    const choice = createRouter({
      state, snapshot: context.snapshot, model, offers, tokens: 0, affinity: caller.keyId, strategy: context.snapshot.settings.strategy, cost: () => undefined, noFallbacks: true,
    }).first();
    return await ask(state, context, choice, dialect, request);
  } catch (cause) {
    if (!(cause instanceof RelayError)) state.log.warn({ err: cause, request: context.idText }, "a conversation could not be counted by a vendor");
    return undefined;
  }
}

/** Those of the model's channels that count in this format, as far as is known: nobody is tried because all are out. */
function counters({ clock, health }: RelayState, { snapshot }: RequestContext, { caller, dialect, model }: CountAsked): readonly Offer[] {
  const [groupId] = groupsFor(snapshot, caller, model);
  return pinnedTo(caller, offersFor(snapshot, providers, groupId, model, { operation: "chat", dialect })).flatMap((offer) => {
    const endpoint = offer.endpoints.find((one) => one.dialect === dialect && one.count !== undefined);
    const circuit = circuitOf(offer.route, "count");
    return endpoint && health.waitMs(circuit, clock.monotonic()) <= 0 ? [{ ...offer, endpoints: [endpoint], circuits: [circuit] as const }] : [];
  });
}

async function ask(state: RelayState, context: RequestContext, choice: Choice, dialect: CountedDialect, request: JsonObject): Promise<VendorCount | undefined> {
  const { offer } = choice, endpoint = offer.endpoints[0] as Counter, [circuit] = offer.circuits;
  const { route: { upstreamModel } } = offer;
  const betas = dialect === "anthropic" ? betasOf(context, request, choice, endpoint) : [];
  const said = endpoint.count.ask(request, upstreamModel, betas);
  if (!said) return undefined;
  const release = takePlaces(state, choice, circuit, 0);
  const started = state.clock.monotonic();
  let answer: Exchanged | undefined;
  try {
    const call = await within(DEADLINE_MS, callOf(state, context, choice, endpoint, said, betas));
    answer = await exchange(state.transport, call, Math.max(1, DEADLINE_MS - (state.clock.monotonic() - started)));
  } catch (cause) {
    state.log.debug({ err: cause, request: context.idText, channel: offer.route.channel.name }, "a vendor did not count");
  } finally {
    release(0);
  }
  const reply = answer && answer.status === 200 ? parseWire(answer.bytes.toString("utf8")) : undefined;
  const total = reply && endpoint.count.total(reply);
  const found = reply && typeof total === "number" && Number.isSafeInteger(total) && total >= 0 ? { total, reply } : undefined;
  learn(state, context, choice, found ? 200 : answer?.status);
  return found;
}

/** Nobody counts there, or not for this key: not worth asking with every request. */
const NOT_HERE: ReadonlySet<number> = new Set([401, 403, 404, 405, 501]);

/** @param status 200 = it has counted; undefined = it said nothing in time */
function learn({ clock, health }: RelayState, { snapshot }: RequestContext, { offer: { circuits: [circuit], route } }: Choice, status: number | undefined): void {
  const now = clock.monotonic();
  if (status === 200) health.success(circuit, now);
  else if (status !== undefined && NOT_HERE.has(status) && route.countsAs === undefined) health.failure(circuit, "config", now, snapshot);
  else if (status === undefined || status >= 500 || status === 429) health.failure(circuit, "server", now, snapshot);
  else health.neutral(circuit);
}

async function callOf(state: RelayState, context: RequestContext, { offer: { policy, provider, route }, key }: Choice, endpoint: Counter, said: JsonObject, betas: readonly string[]): Promise<UpstreamCall> {
  const { channel: { baseUrl, settings, timeouts }, upstreamModel } = route;
  const { count } = endpoint;
  const secret = key?.secret() ?? "";
  const { headers: proof, token } = await authorize(state.accessTokens, { provider, endpoint, secret, baseUrl, settings });
  const place = provider.place?.({ secret, settings, upstreamModel, baseUrl });
  const address = { path: count.path, ...(endpoint.basePath !== undefined && { basePath: endpoint.basePath }), ...(endpoint.baseUrl !== undefined && { baseUrl: endpoint.baseUrl }) };
  const url = endpointUrl(provider, baseUrl, address, { upstreamModel: count.model?.(upstreamModel) ?? upstreamModel, stream: false, ...(place && { place }) });
  const plain = { ...upstreamHeaders({ stream: false, authorization: proof }), ...(betas.length > 0 && count.betasInBody !== true && { "anthropic-beta": betas.join(",") }) };
  const shaped = policy ? shapeHeaders(plain, policy, context, token ?? secret) : plain;
  const parts = [Buffer.from(JSON.stringify(said))];
  const worded = count.reword?.({ headers: shaped, parts }) ?? { headers: shaped, parts };
  const body = worded.parts as readonly Buffer[];
  const signature = provider.sign?.(secret, { method: "POST", url, headers: worded.headers, body, atMs: state.clock.now() });
  return {
    method: "POST", url, headers: { ...worded.headers, ...signature }, body, connectMs: Math.min(timeouts.connectMs ?? CONNECT_MS, CONNECT_MS), ...(settings.proxy !== undefined && { proxy: settings.proxy }),
  };
}

/** The client's betas as this host takes them. */
function betasOf({ inbound }: RequestContext, request: JsonObject, { offer: { policy } }: Choice, { betas: known }: Counter): readonly string[] {
  const inBody = Array.isArray(request.anthropic_beta) ? request.anthropic_beta.filter((name) => typeof name === "string") : [];
  const named = [...inBody, ...(forward(inbound).headers["anthropic-beta"] ?? "").split(",")].map((name) => name.trim()).filter((name) => name !== "");
  return known ? knownBetas(named.join(","), known, policy?.betas?.only).betas : [...new Set(named)];
}

async function within<T>(ms: number, work: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new Error(`No answer within ${ms / 1_000} s.`)), ms);
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}
