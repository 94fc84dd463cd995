import { performance } from "node:perf_hooks";
import type { ChannelSettings } from "#channels/channel-settings.ts";
import type { Usage } from "#money/usage.ts";
import { allInMemory } from "#platform/outbound/body-part.ts";
import { scripted } from "#relay/upstream/scripted.ts";
import type { JsonObject } from "#relay/canonical/request.ts";
import type { Operation, PassOptions, ReplyFacts } from "#relay/dialects/dialect.ts";
import { upstreamHeaders } from "#relay/http/headers.ts";
import { overrideHeaders } from "#relay/policy/header-override.ts";
import { probeWords, type ProbeWords } from "#relay/probe-words.ts";
import { endpointsOf, endpointUrl } from "#relay/providers/index.ts";
import { bearer } from "#relay/providers/kit/auth.ts";
import { lacksAddress } from "#relay/providers/kit/absent.ts";
import { classifyFault, faultOfReply, readFault, type UpstreamFault } from "#relay/providers/kit/classify.ts";
import type { Placing, Provider, ProviderEndpoint } from "#relay/providers/provider.ts";
import { preferredEndpoint } from "#relay/routing/protocols.ts";
import { exchange, type Exchanged } from "#relay/upstream/exchange.ts";
import type { Transport } from "#relay/upstream/transport.ts";
import type { Channel } from "#snapshot/snapshot.ts";

/** One small request of a test, as it went. */
export type ProbeCall = Readonly<{
  operation: Operation;
  stream: boolean;
  ok: boolean;
  status?: number;
  latencyMs: number;
  /** Until the first bytes came. */
  firstMs?: number;
  usage?: Usage;
  upstreamId?: string;
  errorClass?: string;
  error?: string;
  /** The vendor has nothing at this address. */
  absent?: boolean;
}>;

export type ProbeAddress = Readonly<{ provider: Provider; baseUrl?: string; protocol?: NonNullable<Channel["protocol"]>; secret?: string; /** What the secret was exchanged for. */ token?: string; connectMs: number; settings?: ChannelSettings }>;

/** What is asked besides the ordinary: another endpoint than the preferred one, further members of the request. */
export type ProbeVariant = Readonly<{ endpoint?: ProviderEndpoint; extra?: JsonObject }>;

/** Sends one tiny request; a failure is an answer, never an exception. */
export async function probeCall(transport: Transport, to: ProbeAddress, operation: Operation, upstreamModel: string, stream: boolean, variant: ProbeVariant = {}): Promise<ProbeCall> {
  const { provider } = to;
  const endpoint = variant.endpoint ?? preferredEndpoint(provider, to.protocol, operation, upstreamModel) ?? endpointsOf(provider, operation)[0]!;
  const options: PassOptions = { operation, publicModel: upstreamModel, upstreamModel, clientWantsUsage: true, rewriteModel: false, flags: provider.flags };
  const base = { operation, stream };
  const started = performance.now();
  try {
    const { parts: said, reader, media, contentType, headers: more, query = {}, path, script } = probeWords(endpoint, operation, upstreamModel, stream, provider.flags, variant.extra);
    const url = endpointUrl(provider, to.baseUrl, endpoint, { upstreamModel, stream, place: provider.place?.(placing(to, upstreamModel)) });
    if (path) url.pathname = path(url.pathname);
    for (const [name, value] of Object.entries(endpoint.reword ? {} : { ...query, ...tokenQuery(to) })) url.searchParams.set(name, value);
    const head = withOwnHeaders(to, { ...upstreamHeaders({ stream, authorization: authorizationOf(to, endpoint), contentType, accept: media && "*/*" }), ...more });
    const { headers, parts } = endpoint.reword ? endpoint.reword({ headers: head, parts: said }) : { headers: head, parts: said };
    const signature = to.secret === undefined || !allInMemory(parts) ? undefined : provider.sign?.(to.secret, { method: "POST", url, headers, body: parts, atMs: Date.now() });
    const answer = await exchange(script ? scripted(transport, script) : transport, { method: "POST", url, connectMs: to.connectMs, ...proxyOf(to), body: [...parts], headers: { ...headers, ...signature } });
    const timing = { latencyMs: answer.endMs, ...(answer.firstMs !== undefined && { firstMs: answer.firstMs }) };
    const { facts, fault } = answer.status === 200 ? read(answer, stream || operation === "speech", endpoint.unwrap ? endpoint.unwrap(reader) : reader, { ...options, media }) : { facts: undefined, fault: readFault(answer.status, answer.bytes) };
    const known = { ...(facts?.usage && { usage: facts.usage }), ...((facts?.id ?? facts?.upstreamId) !== undefined && { upstreamId: facts!.id ?? facts!.upstreamId! }) };
    if (!fault) return { ...base, ok: true, status: answer.status, ...timing, ...known };
    return { ...base, ok: false, status: answer.status, ...timing, ...known, ...(lacksAddress(fault) && { absent: true }), errorClass: classifyFault(fault, provider.errorClasses), error: hideSecret(fault.message ?? `The vendor answered ${answer.status}.`, to.secret) };
  } catch (error) {
    return { ...base, ok: false, latencyMs: Math.round(performance.now() - started), errorClass: "connect", error: hideSecret((error as Error).message, to.secret) };
  }
}

/** The proxy that the channel goes out by. */
export const proxyOf = ({ settings: { proxy } = {} }: ProbeAddress): Readonly<{ proxy?: string }> => (proxy === undefined ? {} : { proxy });

/** The headers by which a vendor knows the channel. */
export function authorizationOf({ provider, secret, token }: ProbeAddress, endpoint?: ProviderEndpoint): Readonly<Record<string, string>> {
  if (token !== undefined && provider.tokens?.query === undefined) return bearer(token);
  return secret === undefined ? {} : endpoint?.authorize?.(secret) ?? provider.authorize(secret);
}

const tokenQuery = ({ provider: { tokens }, token }: ProbeAddress): Readonly<Record<string, string>> => (token === undefined || tokens?.query === undefined ? {} : { [tokens.query]: token });

/** What the address of a call may depend on. */
export const placing = ({ secret = "", settings = {}, baseUrl }: ProbeAddress, upstreamModel: string): Placing => ({ secret, settings, upstreamModel, baseUrl });

/** The head of a call as the channel sends it; no client stands behind a test. */
export const withOwnHeaders = ({ settings: { headers = [] } = {}, secret = "", token }: ProbeAddress, head: Readonly<Record<string, string>>): Readonly<Record<string, string>> =>
  (headers.length === 0 ? head : overrideHeaders(head, headers, { apiKey: token ?? secret, requestId: "test", client: {} }));

/** Some vendors repeat the key in their refusal. */
export const hideSecret = (message: string, secret: string | undefined): string => (secret ? message.replaceAll(secret, `…${secret.slice(-4)}`) : message).slice(0, 500);

function read({ bytes, contentType }: Exchanged, stream: boolean, reader: ProbeWords["reader"], options: PassOptions): { facts: ReplyFacts; fault?: UpstreamFault } {
  let facts: ReplyFacts;
  if (stream) {
    const pass = reader.passStream(options);
    pass.headed?.(contentType);
    pass.push(bytes);
    pass.end();
    facts = pass.facts;
  } else facts = reader.passBody(bytes, options, contentType).facts;
  if (facts.error) return { facts, fault: faultOfReply(facts.error) };
  return facts.complete ? { facts } : { facts, fault: { status: 200, message: "The reply ended before its end." } };
}
