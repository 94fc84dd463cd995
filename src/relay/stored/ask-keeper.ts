import type { RelayState, RequestContext } from "#relay/context.ts";
import { parseWire } from "#relay/dialects/stream-kit/wire.ts";
import { RelayError } from "#relay/errors.ts";
import { upstreamHeaders } from "#relay/http/headers.ts";
import { overrideHeaders } from "#relay/policy/header-override.ts";
import { endpointsOf, providers } from "#relay/providers/index.ts";
import { classifyFault, readFault } from "#relay/providers/kit/classify.ts";
import { customerError } from "#relay/providers/kit/customer-error.ts";
import { scrubMessage } from "#relay/providers/kit/scrub.ts";
import type { JsonObject, Provider } from "#relay/providers/provider.ts";
import { keeperOf } from "#relay/stored/pinned.ts";
import type { VendorPin } from "#relay/stored/response-store.ts";
import { authorize } from "#relay/upstream/authorize.ts";
import { wayTo } from "#relay/upstream/carriage.ts";
import { exchange } from "#relay/upstream/exchange.ts";
import type { Exchanged } from "#relay/upstream/exchange.ts";
import type { Channel, ChannelKey } from "#snapshot/snapshot.ts";

const CONNECT_MS = 5_000;
const TIMEOUT_MS = 30_000;

export type KeeperAct = "get" | "delete" | "cancel" | "items";
const METHOD = { get: "GET", delete: "DELETE", cancel: "POST", items: "GET" } as const;
const TAIL: Readonly<Record<KeeperAct, string>> = { get: "", delete: "", cancel: "/cancel", items: "/input_items" };
/** What may be said of what is wanted. A stream of what has been is not offered. */
const QUERY: Readonly<Record<KeeperAct, readonly string[]>> = { get: ["include", "include[]"], delete: [], cancel: [], items: ["limit", "order", "after", "before", "include", "include[]"] };

/**
 * Asks the vendor that keeps a response, by the key that it was made with.
 * @returns undefined when the vendor, or the shop, has lost it
 * @throws RelayError what the vendor has against it, or that it cannot be reached
 */
export async function askKeeper(state: RelayState, context: RequestContext, pin: VendorPin, act: KeeperAct): Promise<JsonObject | undefined> {
  const keeper = keeperOf(context.snapshot, pin), provider = keeper && providers.get(keeper.channel.provider);
  if (!keeper || !provider) return undefined;
  const names = [keeper.channel.name, pin.upstreamId, ...hostOf(keeper.channel)];
  const { status, bytes } = await send(state, context, { ...keeper, provider, pin, act });
  if (status === 404) return undefined;
  const reply = status < 300 ? parseWire(bytes.toString("utf8")) as JsonObject | undefined : undefined;
  if (reply) return act === "get" || act === "cancel" ? { ...reply, ...withoutNames(reply, names) } : reply;
  const fault = readFault(status, bytes);
  throw customerError(status < 300 ? "bad_body" : classifyFault(fault, provider.errorClasses), fault, { names });
}

type Asked = Readonly<{ channel: Channel; key?: ChannelKey; provider: Provider; pin: VendorPin; act: KeeperAct }>;

async function send(state: RelayState, context: RequestContext, { channel, key, provider, pin, act }: Asked): Promise<Exchanged> {
  const endpoint = endpointsOf(provider, "chat").find(({ dialect }) => dialect === "openai-responses");
  if (!endpoint) return { status: 404, bytes: Buffer.alloc(0), endMs: 0 };
  const { baseUrl, settings, timeouts } = channel, secret = key?.secret() ?? "";
  const { query } = context.inbound;
  try {
    const { headers: proof, token } = await authorize(state.accessTokens, { provider, endpoint, secret, baseUrl, settings });
    const url = new URL(state.addresses(channel, provider, endpoint, { upstreamModel: pin.model, stream: false, secret }));
    url.pathname += `/${encodeURIComponent(pin.upstreamId)}${TAIL[act]}`;
    for (const name of QUERY[act]) for (const value of query.getAll(name)) url.searchParams.append(name, value);
    const plain = upstreamHeaders({ stream: false, authorization: proof });
    const headers = settings.headers ? overrideHeaders(plain, settings.headers, { apiKey: token ?? secret, requestId: context.idText, client: context.inbound.headers }) : plain;
    const method = METHOD[act];
    const signature = provider.sign?.(secret, { method, url, headers, body: [], atMs: state.clock.now() });
    return await exchange(wayTo(provider, state.ways, secret), {
      method, url, headers: { ...headers, ...signature }, body: [], connectMs: timeouts.connectMs ?? CONNECT_MS, ...(settings.proxy !== undefined && { proxy: settings.proxy }),
    }, TIMEOUT_MS);
  } catch (cause) {
    throw cause instanceof RelayError ? cause : new RelayError("bad_upstream_response", "The model's server could not be reached.", { cause });
  }
}

const hostOf = ({ baseUrl }: Channel): readonly string[] => {
  const host = baseUrl === undefined ? undefined : URL.parse(baseUrl)?.host;
  return host === undefined || host === "" ? [] : [host];
};

/** Why it failed, in words that name nobody. */
function withoutNames({ error }: JsonObject, names: readonly string[]): object {
  if (typeof error !== "object" || error === null || !("message" in error) || typeof error.message !== "string") return {};
  return { error: { ...error, message: scrubMessage(error.message, names) ?? "The model has failed." } };
}
