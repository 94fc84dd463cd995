import type { RelayState, RequestContext } from "#relay/context.ts";
import { RelayError } from "#relay/errors.ts";
import { classifyFault, readFault, retryAfterMs } from "#relay/providers/kit/classify.ts";
import { endpointUrl, openSimulatedSession } from "#relay/providers/index.ts";
import type { FrameSocket } from "#relay/realtime/frame-socket.ts";
import type { SessionKind } from "#relay/realtime/session-kind.ts";
import { SocketRefused } from "#relay/realtime/socket-transport.ts";
import { note } from "#relay/routing/failover.ts";
import { hopHeaders } from "#relay/routing/hops.ts";
import { ATTEMPTS_MAX, goesElsewhere, RETRY } from "#relay/routing/retry-policy.ts";
import type { Choice, Router } from "#relay/routing/router.ts";
import { goesTo } from "#relay/routing/wait-for-channel.ts";
import { mostTelling, toRelayError, type Failure } from "#relay/upstream/failure.ts";
import { takePlaces } from "#relay/upstream/tried.ts";
import { blamed } from "#relay/upstream/unknown-model.ts";
import { pico } from "#money/amount.ts";
import type { SocketCall } from "#relay/realtime/socket-transport.ts";
import type { Model } from "#snapshot/snapshot.ts";

const CONNECT_MS = 5_000;
const OPEN_MS = 15_000;
const USER_AGENT = "Modelmart/0.1";

/** A vendor that has agreed to the conversation. */
export type Opened = Readonly<{ socket: FrameSocket; choice: Choice; /** How long it took to agree. */ openMs: number; release: (tokens: number) => void }>;

export type OpenInput = Readonly<{
  state: RelayState;
  context: RequestContext;
  /** Estimated tokens, for the channels' limits. */
  tokens: number;
  /** What of the client's head goes on to the vendor. */
  headers: Readonly<Record<string, string>>;
  signal: AbortSignal;
  kind: SessionKind;
  model: Model;
}>;

/**
 * Asks one channel after the other for a conversation, until one agrees. After that there is nobody else to go to.
 * @throws RelayError that says the most useful of what was met
 */
export async function openVendor(input: OpenInput, router: Router, first: Choice): Promise<Opened> {
  const { state, context } = input;
  const failures: Failure[] = [];
  state.retryBudget.request();
  for (let choice: Choice | undefined = first; choice;) {
    goesTo(context, choice);
    const release = takePlaces(state, choice, choice.offer.circuits[0], input.tokens);
    const startedAt = state.clock.monotonic();
    try {
      const socket = await open(input, choice);
      const now = state.clock.monotonic();
      state.health.success(choice.offer.circuits[0], now);
      state.routeBook.succeeded(choice.offer.route, now - startedAt, now);
      router.served(choice);
      if (choice.key) state.keyRing.succeeded(choice.key.id);
      return { socket, choice, openMs: now - startedAt, release };
    } catch (error) {
      release(0);
      const failure = blamed(failureOf(state, choice, error), choice.offer.route, input.model);
      failures.push(failure);
      const { route } = choice.offer;
      context.attempts.push({
        channelId: route.channel.id, upstreamModel: route.upstreamModel, credential: choice.key?.id, errorClass: failure.class, status: failure.fault?.status,
        latencyMs: Math.round(state.clock.monotonic() - startedAt), costPico: pico(0n),
      });
      note({ state, context, operation: "realtime" }, choice, choice.offer.circuits[0], failure);
      choice = input.signal.aborted || failures.length >= ATTEMPTS_MAX ? undefined : next(router, choice, failure);
      if (choice && failure.unknownModel === undefined && !state.retryBudget.retry()) choice = undefined;
    }
  }
  throw toRelayError(mostTelling(failures)!);
}

const next = (router: Router, choice: Choice, { class: errorClass, unknownModel }: Failure): Choice | undefined =>
  (unknownModel === undefined && RETRY[errorClass].otherKey ? router.otherKey(choice) : undefined) ?? (unknownModel !== undefined || goesElsewhere(errorClass, true) ? router.next() : undefined);

async function open({ state, context, headers, signal, kind }: OpenInput, { offer: { route, provider }, key }: Choice): Promise<FrameSocket> {
  const { channel, upstreamModel } = route;
  if (provider.id === "simulator") return openSimulatedSession(upstreamModel);
  const url = endpointUrl(provider, channel.baseUrl, provider.realtime!);
  if (kind === "transcription") url.searchParams.set("intent", "transcription");
  if (kind === "conversation" || provider.realtime!.transcription === "named") url.searchParams.set("model", upstreamModel);
  const call: SocketCall = {
    url, signal, connectMs: channel.timeouts.connectMs ?? CONNECT_MS, openMs: channel.timeouts.firstByteMs ?? OPEN_MS, ...(channel.settings.proxy !== undefined && { proxy: channel.settings.proxy }),
    headers: {
      "user-agent": USER_AGENT, ...headers, ...provider.authorize(key?.secret() ?? ""), ...(provider.isShop && hopHeaders(context.inbound, state.shopId)),
    },
  };
  return state.realtime!.sockets.open(call);
}

function failureOf(state: RelayState, { offer: { provider } }: Choice, error: unknown): Failure {
  if (error instanceof SocketRefused) {
    const fault = readFault(error.status, error.body);
    const wait = retryAfterMs(error.headers, fault.message, state.clock.now()) ?? fault.retryAfterMs;
    // An ordinary answer of success is no consent to a conversation.
    return { class: error.status < 400 ? "config" : classifyFault(fault, provider.errorClasses), fault, ...(wait !== undefined && { retryAfterMs: wait }) };
  }
  const code = (error as { code?: unknown }).code;
  if (code === "ABORTED") return { class: "aborted" };
  if (code === "EGUARD" || error instanceof RelayError) return { class: "config", cause: error };
  return { class: code === "ETIMEDOUT" ? "slow" : "connect", cause: error };
}
