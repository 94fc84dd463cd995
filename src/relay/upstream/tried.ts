import { allInMemory } from "#platform/outbound/body-part.ts";
import type { RelayState, RequestContext } from "#relay/context.ts";
import type { Conversion } from "#relay/conversion/conversion.ts";
import { withOwnIds } from "#relay/conversion/own-ids.ts";
import type { Forwarded, Operation } from "#relay/dialects/dialect.ts";
import type { MediaAsk } from "#relay/dialects/media-ask.ts";
import type { WireFormat } from "#relay/dialects/wire-format.ts";
import type { Form } from "#relay/http/body/form.ts";
import type { ScannedRequest } from "#relay/http/body/scan.ts";
import { upstreamHeaders } from "#relay/http/headers.ts";
import { bearer } from "#relay/providers/kit/auth.ts";
import { classifyFault, readFault, retryAfterMs } from "#relay/providers/kit/classify.ts";
import type { Offer } from "#relay/routing/candidates.ts";
import type { Circuit } from "#relay/routing/health.ts";
import { hopHeaders } from "#relay/routing/hops.ts";
import type { Choice } from "#relay/routing/router.ts";
import { Attempt } from "#relay/upstream/attempt.ts";
import type { AttemptTimers } from "#relay/upstream/attempt.ts";
import { wayTo } from "#relay/upstream/carriage.ts";
import type { Failure } from "#relay/upstream/failure.ts";
import { scripted } from "#relay/upstream/scripted.ts";
import { shapeHeaders, speak } from "#relay/upstream/speak.ts";
import type { Spoken } from "#relay/upstream/speak.ts";
import { blamed } from "#relay/upstream/unknown-model.ts";
import type { Channel, Model } from "#snapshot/snapshot.ts";

const CONNECT_MS = 5_000;
const FIRST_BYTE_STREAM_MS = 60_000;
const FIRST_BYTE_BODY_MS = 300_000;
const IDLE_MS = 120_000;
const TOTAL_STREAM_MS = 30 * 60_000;
const TOTAL_BODY_MS = 15 * 60_000;

/** What every try of one request shares. */
export type CallInput = Readonly<{
  state: RelayState;
  context: RequestContext;
  operation: Operation;
  model: Model;
  scanned: ScannedRequest;
  body: Buffer;
  /** What was sent, where it came with files. */
  form: Form | undefined;
  /** For vendors that speak another dialect than the client. */
  conversion: Conversion;
  /** The cap to send where the client gave none and the money needs one. */
  maxTokens?: number;
  /** Estimated tokens, for the channel's limits. */
  tokens: number;
  /** Tries in all, where another model was tried before. */
  attemptsMax?: number;
  /** The service tier that is asked for and priced. */
  tier?: string;
  /** What is asked for beyond text. */
  media: MediaAsk | undefined;
}>;

/** One attempt with what it holds of its channel and key until it is over. */
export type Tried = Readonly<{
  choice: Choice;
  attempt: Attempt;
  /** What it says something about. */
  circuit: Circuit;
  /** What is spoken with the vendor. */
  protocol: WireFormat;
  /** The shop's own words are in the request. */
  injected: boolean;
  /** Gives the places on channel and key back; `tokens` = what was really used. Idempotent. */
  release(tokens: number): void;
}>;

/**
 * Sends the request to one channel.
 * @throws RelayError of a status below 500 when the request cannot be put into any protocol of the channel
 * @throws Error when the channel's key cannot be opened or its address is none
 * @throws TokenWanted when the channel's key must be exchanged for a token first
 */
export function sendTo(input: CallInput, choice: Choice): Tried {
  const { state, context, operation, model, scanned } = input;
  const { route, provider } = choice.offer;
  const { channel, upstreamModel } = route;
  const flags = state.health.flags(channel.id, provider.flags);
  const secret = choice.key?.secret() ?? "";
  context.channelId = channel.id;
  const { endpoint, parts: said, reader, forwarded, stream, contentType, script, spent, path } = speak(input, toldOf(choice.offer, state), flags);
  const circuit = choice.offer.circuits[choice.offer.endpoints.indexOf(endpoint)]!;

  const token = provider.tokens?.wanted(secret) ? state.accessTokens.current(provider.tokens, secret, { baseUrl: channel.baseUrl, proxy: channel.settings.proxy }) : undefined;
  const query = token === undefined || provider.tokens?.query === undefined ? forwarded?.query : { ...forwarded?.query, [provider.tokens.query]: token };
  const url = addressed(state.addresses(channel, provider, endpoint, { upstreamModel, stream, secret }), path, endpoint.reword ? undefined : query);
  const authorization = token === undefined || provider.tokens?.query !== undefined ? endpoint.authorize?.(secret) ?? provider.authorize(secret) : bearer(token);
  const betas = forwarded?.headers?.["anthropic-beta"];
  const own = { ...upstreamHeaders({ stream, authorization, contentType, accept: acceptOf(scanned) }), ...forwarded?.headers };
  if (provider.isShop) Object.assign(own, hopHeaders(context.inbound, state.shopId));
  const shaped = choice.offer.policy ? shapeHeaders(own, choice.offer.policy, context, token ?? secret) : own;
  const { headers, parts } = endpoint.reword ? endpoint.reword({ headers: shaped, parts: said }) : { headers: shaped, parts: said };
  const signature = allInMemory(parts) ? provider.sign?.(secret, { method: "POST", url, headers, body: parts, atMs: state.clock.now() }) : undefined;

  const transport = provider.id === "simulator" ? state.simulator : wayTo(provider, state.ways, secret);
  const shown = channel.settings.hide_ids === true && reader === context.dialect ? withOwnIds(reader, context.dialect.id, context.idText) : reader;
  const attempt = new Attempt({
    transport: script ? scripted(transport, script, state.downloads) : transport,
    call: {
      method: "POST",
      url,
      headers: signature ? { ...headers, ...signature } : headers,
      body: parts,
      connectMs: channel.timeouts.connectMs ?? CONNECT_MS,
      ...(channel.settings.proxy !== undefined && { proxy: channel.settings.proxy }),
    },
    stream: scanned.stream,
    reader: endpoint.unwrap ? endpoint.unwrap(shown) : shown, spent,
    pass: {
      operation, upstreamModel, flags,
      publicModel: model.name,
      clientWantsUsage: scanned.includeUsage,
      rewriteModel: context.snapshot.settings.modelEcho === "public",
      media: input.media,
      ...(context.turn && { reply: context.turn }),
    },
    timers: timersOf(choice, scanned.stream),
    wheel: state.wheel,
    now: () => state.clock.monotonic(),
    classify(status, reply, headers): Failure {
      const fault = readFault(status, reply);
      const wait = retryAfterMs(headers, fault.message, state.clock.now()) ?? fault.retryAfterMs;
      const found = classifyFault(fault, provider.errorClasses);
      // A token that served until now may have been withdrawn: that says nothing against the key.
      const errorClass = found === "auth" && token !== undefined && state.accessTokens.refused(secret, token) ? "transient" : found;
      return blamed({ class: errorClass, fault, names: secretNames(channel, upstreamModel, model), ...(betas !== undefined && { betas }), ...(wait !== undefined && { retryAfterMs: wait }) }, route, model);
    },
  });
  if (context.reserved) context.reserved();
  return { choice, attempt, circuit, protocol: endpoint.dialect, injected: choice.offer.policy?.system !== undefined && context.changes.includes("system"), release: takePlaces(state, choice, circuit, input.tokens) };
}

/** The offer without what its host turned out not to have. */
export function toldOf(offer: Offer, { health, clock }: Pick<RelayState, "health" | "clock">): Offer {
  const { circuits, endpoints } = offer;
  const present = health.present(circuits, clock.monotonic());
  return present === circuits ? offer : { ...offer, endpoints: endpoints.filter((_endpoint, i) => present.includes(circuits[i]!)) };
}

/** Undefined: events or JSON, as the request wants. */
const acceptOf = ({ media, stream }: ScannedRequest): string | undefined => (media === undefined || (stream && media.events !== false) ? undefined : "*/*");

/** The address is shared by all calls: it is not written to. */
function addressed(url: URL, path: Spoken["path"], query: Forwarded["query"] = {}): URL {
  const entries = Object.entries(query);
  if (entries.length === 0 && !path) return url;
  const own = new URL(url);
  if (path) own.pathname = path(own.pathname);
  for (const [name, value] of entries) own.searchParams.set(name, value);
  return own;
}

/** What tells which channel it was. The vendor's model name does only where the shop sells it under another. */
export function secretNames({ name, baseUrl }: Channel, upstreamModel: string, model: Model): string[] {
  const host = baseUrl === undefined ? undefined : URL.parse(baseUrl)?.host;
  return [name, ...(host ? [host] : []), ...(upstreamModel === model.name || upstreamModel === model.wildcard?.rest ? [] : [upstreamModel])];
}

function timersOf({ offer: { route, provider } }: Choice, stream: boolean): AttemptTimers {
  const { firstByteMs, idleMs, totalMs } = route.channel.timeouts;
  const preset = stream ? FIRST_BYTE_STREAM_MS : FIRST_BYTE_BODY_MS;
  return {
    firstByteMs: firstByteMs ?? Math.max(provider.flags.firstByteMs ?? 0, preset),
    idleMs: idleMs ?? IDLE_MS,
    totalMs: totalMs ?? (stream ? TOTAL_STREAM_MS : TOTAL_BODY_MS),
  };
}

/** Takes a place on a choice's channel and key. @returns gives them back; `used` = tokens that it came to */
export function takePlaces(state: RelayState, { offer: { route }, key }: Choice, circuit: Circuit, tokens: number): (used: number) => void {
  const { channel } = route;
  const now = state.clock.monotonic();
  state.health.begin(circuit, now);
  state.routeBook.begin(route);
  state.upstreamLimits.take(channel.id, channel.limits, tokens);
  state.drains.begin(channel.id);
  if (key) {
    state.upstreamLimits.take(key.id, key.limits, tokens);
    state.keyRing.begin(key.id, now);
  }
  let held = true;
  return (used) => {
    if (!held) return;
    held = false;
    state.routeBook.end(route);
    state.upstreamLimits.release(channel.id, channel.limits, used - tokens);
    state.drains.end(channel.id);
    if (!key) return;
    state.upstreamLimits.release(key.id, key.limits, used - tokens);
    state.keyRing.end(key.id);
  };
}
