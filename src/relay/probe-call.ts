import { performance } from "node:perf_hooks";
import type { HeaderOp } from "#channels/channel-settings.ts";
import type { Usage } from "#money/usage.ts";
import { allInMemory } from "#platform/outbound/body-part.ts";
import { scripted } from "#relay/upstream/scripted.ts";
import type { JsonObject } from "#relay/canonical/request.ts";
import type { Operation, PassOptions, ReplyFacts } from "#relay/dialects/dialect.ts";
import { upstreamHeaders } from "#relay/http/headers.ts";
import { overrideHeaders } from "#relay/policy/header-override.ts";
import { probeWords, type ProbeWords } from "#relay/probe-words.ts";
import { endpointsOf, endpointUrl } from "#relay/providers/index.ts";
import { lacksAddress } from "#relay/providers/kit/absent.ts";
import { classifyFault, faultOfReply, readFault, type UpstreamFault } from "#relay/providers/kit/classify.ts";
import type { Provider, ProviderEndpoint } from "#relay/providers/provider.ts";
import { preferredEndpoint } from "#relay/routing/protocols.ts";
import type { Transport, UpstreamCall } from "#relay/upstream/transport.ts";
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

export type ProbeAddress = Readonly<{ provider: Provider; baseUrl?: string; protocol?: NonNullable<Channel["protocol"]>; secret?: string; connectMs: number; /** The operator's changes of the head. */ headers?: readonly HeaderOp[]; proxy?: string }>;

const PROBE_TIMEOUT_MS = 60_000;
/** Of an answer no more than this is read: a vendor that sends more is not listened to. */
const ANSWER_BYTES_MAX = 16 * 1024 * 1024;

/** What is asked besides the ordinary: another endpoint than the preferred one, further members of the request. */
export type ProbeVariant = Readonly<{ endpoint?: ProviderEndpoint; extra?: JsonObject }>;

/** Sends one tiny request; a failure is an answer, never an exception. */
export async function probeCall(transport: Transport, to: ProbeAddress, operation: Operation, upstreamModel: string, stream: boolean, variant: ProbeVariant = {}): Promise<ProbeCall> {
  const { provider } = to;
  const endpoint = variant.endpoint ?? preferredEndpoint(provider, to.protocol, operation) ?? endpointsOf(provider, operation)[0]!;
  const options: PassOptions = { operation, publicModel: upstreamModel, upstreamModel, clientWantsUsage: true, rewriteModel: false, flags: provider.flags };
  const base = { operation, stream };
  const started = performance.now();
  try {
    const { parts, reader, media, contentType, headers: more, query = {}, path, script } = probeWords(endpoint, operation, upstreamModel, stream, provider.flags, variant.extra);
    const url = endpointUrl(provider, to.baseUrl, endpoint, { upstreamModel, stream });
    if (path) url.pathname = path(url.pathname);
    for (const [name, value] of Object.entries(query)) url.searchParams.set(name, value);
    const headers = withOwnHeaders(to, { ...upstreamHeaders({ stream, authorization: authorizationOf(to, endpoint), contentType, accept: media && "*/*" }), ...more });
    const signature = to.secret === undefined || !allInMemory(parts) ? undefined : provider.sign?.(to.secret, { method: "POST", url, headers, body: parts, atMs: Date.now() });
    const answer = await exchange(script ? scripted(transport, script) : transport, { method: "POST", url, connectMs: to.connectMs, ...(to.proxy !== undefined && { proxy: to.proxy }), body: [...parts], headers: { ...headers, ...signature } });
    const timing = { latencyMs: answer.endMs, ...(answer.firstMs !== undefined && { firstMs: answer.firstMs }) };
    const { facts, fault } = answer.status === 200 ? read(answer, stream || operation === "speech", reader, { ...options, media }) : { facts: undefined, fault: readFault(answer.status, answer.bytes) };
    const known = { ...(facts?.usage && { usage: facts.usage }), ...((facts?.id ?? facts?.upstreamId) !== undefined && { upstreamId: facts!.id ?? facts!.upstreamId! }) };
    if (!fault) return { ...base, ok: true, status: answer.status, ...timing, ...known };
    return { ...base, ok: false, status: answer.status, ...timing, ...known, ...(lacksAddress(fault) && { absent: true }), errorClass: classifyFault(fault, provider.errorClasses), error: hideSecret(fault.message ?? `The vendor answered ${answer.status}.`, to.secret) };
  } catch (error) {
    return { ...base, ok: false, latencyMs: Math.round(performance.now() - started), errorClass: "connect", error: hideSecret((error as Error).message, to.secret) };
  }
}

/** The headers by which a vendor knows the channel. */
export const authorizationOf = ({ provider, secret }: ProbeAddress, endpoint?: ProviderEndpoint): Readonly<Record<string, string>> =>
  (secret === undefined ? {} : endpoint?.authorize?.(secret) ?? provider.authorize(secret));

/** The head of a call as the channel sends it; no client stands behind a test. */
export const withOwnHeaders = ({ headers = [], secret = "" }: ProbeAddress, head: Readonly<Record<string, string>>): Readonly<Record<string, string>> =>
  (headers.length === 0 ? head : overrideHeaders(head, headers, { apiKey: secret, requestId: "test", client: {} }));

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

export type Exchanged = { status: number; bytes: Buffer; contentType?: string; endMs: number; firstMs?: number };

/** One call and its whole answer, or as much of it as is listened to. */
export const exchange = (transport: Transport, call: UpstreamCall): Promise<Exchanged> =>
  new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let status = 0, bytes = 0, contentType: string | undefined;
    let firstMs: number | undefined;
    const started = performance.now();
    const since = (): number => Math.round(performance.now() - started);
    const timer = setTimeout(() => {
      control.abort();
      reject(new Error(`No answer within ${PROBE_TIMEOUT_MS / 1_000} s.`));
    }, PROBE_TIMEOUT_MS);
    const control = transport.send(call, {
      onHead: (code, head) => {
        status = code;
        contentType = head["content-type"] === undefined ? undefined : String(head["content-type"]);
      },
      onData: (chunk) => {
        firstMs ??= since();
        bytes += chunk.length;
        if (bytes <= ANSWER_BYTES_MAX) chunks.push(chunk);
      },
      onEnd: () => {
        clearTimeout(timer);
        resolve({ status, bytes: Buffer.concat(chunks), endMs: since(), ...(contentType !== undefined && { contentType }), ...(firstMs !== undefined && { firstMs }) });
      },
      onError: (error) => {
        clearTimeout(timer);
        reject(error);
      },
    });
  });
