import { performance } from "node:perf_hooks";
import type { Usage } from "#money/usage.ts";
import { dialects } from "#relay/dialects/index.ts";
import type { DialectId, Operation, PassOptions, ReplyFacts } from "#relay/dialects/dialect.ts";
import { upstreamHeaders } from "#relay/http/headers.ts";
import { scanRequest } from "#relay/http/body/scan.ts";
import { endpointsOf, endpointUrl } from "#relay/providers/index.ts";
import { classifyFault, faultOfReply, readFault, type UpstreamFault } from "#relay/providers/kit/classify.ts";
import type { Provider } from "#relay/providers/provider.ts";
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
}>;

export type ProbeAddress = Readonly<{ provider: Provider; baseUrl?: string; protocol?: NonNullable<Channel["protocol"]>; secret?: string; connectMs: number }>;

const PROBE_TIMEOUT_MS = 30_000;
/** Of an answer no more than this is read: a vendor that sends more is not listened to. */
const ANSWER_BYTES_MAX = 4 * 1024 * 1024;
/** Reasoning models refuse caps so low that they could not even begin. */
const OUTPUT_TOKENS = 16;

/** Sends one tiny request; a failure is an answer, never an exception. */
export async function probeCall(transport: Transport, to: ProbeAddress, operation: Operation, upstreamModel: string, stream: boolean): Promise<ProbeCall> {
  const { provider } = to;
  const endpoint = preferredEndpoint(provider, to.protocol, operation) ?? endpointsOf(provider, operation)[0]!;
  const dialect = dialects[endpoint.dialect];
  const body = Buffer.from(JSON.stringify(bodyOf(operation, upstreamModel, stream, endpoint.dialect)));
  const options: PassOptions = { operation, publicModel: upstreamModel, upstreamModel, clientWantsUsage: true, rewriteModel: false, flags: provider.flags };
  const base = { operation, stream };
  const started = performance.now();
  try {
    const parts = dialect.passRequest(scanRequest(body, operation, { dialect: endpoint.dialect, ...(endpoint.dialect === "gemini" && { model: upstreamModel, stream }) }), body, { upstreamModel, flags: provider.flags });
    const answer = await exchange(transport, {
      method: "POST", url: endpointUrl(provider, to.baseUrl, endpoint, { upstreamModel, stream }), connectMs: to.connectMs, body: parts,
      headers: upstreamHeaders({ stream, authorization: to.secret === undefined ? {} : (endpoint.authorize?.(to.secret) ?? provider.authorize(to.secret)) }),
    });
    const timing = { latencyMs: answer.endMs, ...(answer.firstMs !== undefined && { firstMs: answer.firstMs }) };
    const { facts, fault } = answer.status === 200 ? read(answer.bytes, stream, dialect, options) : { facts: undefined, fault: readFault(answer.status, answer.bytes) };
    const known = { ...(facts?.usage && { usage: facts.usage }), ...(facts?.id !== undefined && { upstreamId: facts.id }) };
    if (!fault) return { ...base, ok: true, status: answer.status, ...timing, ...known };
    return { ...base, ok: false, status: answer.status, ...timing, ...known, errorClass: classifyFault(fault, provider.errorClasses), error: hide(fault.message ?? `The vendor answered ${answer.status}.`, to.secret) };
  } catch (error) {
    return { ...base, ok: false, latencyMs: Math.round(performance.now() - started), errorClass: "connect", error: hide((error as Error).message, to.secret) };
  }
}

/** The vendor's names of its models. `status` other than 200: none were told. */
export async function probeModels(transport: Transport, to: ProbeAddress): Promise<Readonly<{ status: number; latencyMs: number; names: readonly string[]; error?: string }>> {
  const operation = (["chat", "embeddings", "completions"] as const).find((name) => to.provider.paths[name])!;
  const url = endpointUrl(to.provider, to.baseUrl, operation);
  url.pathname = url.pathname.replace(/\/(?:chat\/completions|completions|embeddings|messages)$/, "/models");
  // Anthropic tells twenty at a time unless it is asked for more.
  if (endpointsOf(to.provider, operation)[0]!.dialect === "anthropic") url.searchParams.set("limit", "1000");
  const { "content-type": _type, ...headers } = upstreamHeaders({ stream: false, authorization: authorization(to) });
  const { status, bytes, endMs } = await exchange(transport, { method: "GET", url, connectMs: to.connectMs, body: [], headers });
  if (status !== 200) return { status, latencyMs: endMs, names: [], error: hide(readFault(status, bytes).message ?? `The vendor answered ${status}.`, to.secret) };
  return { status, latencyMs: endMs, names: namesOf(bytes) };
}

const authorization = ({ provider, secret }: ProbeAddress): Readonly<Record<string, string>> => (secret === undefined ? {} : provider.authorize(secret));

/** Some vendors repeat the key in their refusal. */
const hide = (message: string, secret: string | undefined): string => (secret ? message.replaceAll(secret, `…${secret.slice(-4)}`) : message).slice(0, 500);

function read(bytes: Buffer, stream: boolean, dialect: (typeof dialects)[keyof typeof dialects], options: PassOptions): { facts: ReplyFacts; fault?: UpstreamFault } {
  let facts: ReplyFacts;
  if (stream) {
    const pass = dialect.passStream(options);
    pass.push(bytes);
    pass.end();
    facts = pass.facts;
  } else facts = dialect.passBody(bytes, options).facts;
  if (facts.error) return { facts, fault: faultOfReply(facts.error) };
  return facts.complete ? { facts } : { facts, fault: { status: 200, message: "The reply ended before its end." } };
}

function namesOf(bytes: Buffer): readonly string[] {
  let wire: unknown;
  try {
    wire = JSON.parse(bytes.toString("utf8"));
  } catch {
    return [];
  }
  const list = Array.isArray(wire) ? wire : [(wire as { data?: unknown } | null)?.data, (wire as { models?: unknown } | null)?.models].find(Array.isArray) ?? [];
  const names = (list as unknown[]).flatMap((entry) => {
    const name = typeof entry === "string" ? entry : (entry as { id?: unknown; name?: unknown } | null)?.id ?? (entry as { name?: unknown } | null)?.name;
    return typeof name === "string" && name.length > 0 && name.length <= 200 ? [name] : [];
  });
  return [...new Set(names)].sort().slice(0, 5_000);
}

function bodyOf(operation: Operation, model: string, stream: boolean, dialect: DialectId): object {
  if (operation === "embeddings") return { model, input: "ping" };
  if (dialect === "gemini") return { contents: [{ role: "user", parts: [{ text: "ping" }] }], generationConfig: { maxOutputTokens: OUTPUT_TOKENS } };
  if (dialect === "openai-responses") return { model, ...(stream && { stream: true }), input: "ping", max_output_tokens: OUTPUT_TOKENS, store: false };
  const head = { model, ...(stream && { stream: true }), max_tokens: OUTPUT_TOKENS };
  return operation === "completions" ? { ...head, prompt: "ping" } : { ...head, messages: [{ role: "user", content: "ping" }] };
}

type Exchanged = { status: number; bytes: Buffer; endMs: number; firstMs?: number };

const exchange = (transport: Transport, call: UpstreamCall): Promise<Exchanged> =>
  new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let status = 0, bytes = 0;
    let firstMs: number | undefined;
    const started = performance.now();
    const since = (): number => Math.round(performance.now() - started);
    const timer = setTimeout(() => {
      control.abort();
      reject(new Error(`No answer within ${PROBE_TIMEOUT_MS / 1_000} s.`));
    }, PROBE_TIMEOUT_MS);
    const control = transport.send(call, {
      onHead: (code) => { status = code; },
      onData: (chunk) => {
        firstMs ??= since();
        bytes += chunk.length;
        if (bytes <= ANSWER_BYTES_MAX) chunks.push(chunk);
      },
      onEnd: () => {
        clearTimeout(timer);
        resolve({ status, bytes: Buffer.concat(chunks), endMs: since(), ...(firstMs !== undefined && { firstMs }) });
      },
      onError: (error) => {
        clearTimeout(timer);
        reject(error);
      },
    });
  });
