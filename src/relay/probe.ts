import { performance } from "node:perf_hooks";
import type { Operation } from "#relay/dialects/dialect.ts";
import { upstreamHeaders } from "#relay/http/headers.ts";
import { endpointUrl, providers } from "#relay/providers/index.ts";
import { customerError } from "#relay/providers/kit/customer-error.ts";
import { classifyFault, readFault } from "#relay/providers/kit/classify.ts";
import type { Transport, UpstreamCall } from "#relay/upstream/transport.ts";
import type { Channel, Model, Route, Snapshot } from "#snapshot/snapshot.ts";

/** How a channel answered a real small request. */
export type ChannelProbe = Readonly<{ ok: boolean; status?: number; latencyMs?: number; model?: string; error?: string }>;

export type ProbeDeps = Readonly<{ transport: Transport; simulator: Transport }>;

const PROBE_TIMEOUT_MS = 30_000;
const CONNECT_MS = 5_000;
/** Of the answer only its error is read; a vendor that sends more than this is not listened to. */
const ANSWER_BYTES_MAX = 1024 * 1024;

/**
 * Sends one real, tiny request through a channel: its first model, its first live key, one token asked for.
 *
 * @returns undefined when the snapshot has no channel of this name; a failure is an answer, never an exception
 */
export async function probeChannel(deps: ProbeDeps, snapshot: Snapshot, name: string): Promise<ChannelProbe | undefined> {
  const channel = [...snapshot.channels.values()].find((candidate) => candidate.name === name);
  if (!channel) return undefined;
  const provider = providers.get(channel.provider);
  if (!provider) return { ok: false, error: `The provider ${channel.provider} is not known.` };
  const offer = firstOffer(snapshot, channel);
  if (!offer) return { ok: false, error: "The channel is off, or none of its models is sold." };
  const key = channel.keys.find(({ active }) => active);
  if (!key && !provider.keyless) return { ok: false, error: "The channel has no live key." };
  const { model, route } = offer;
  const operation = operationOf(model);
  const body = Buffer.from(JSON.stringify(bodyOf(operation, route.upstreamModel)));
  try {
    const call: UpstreamCall = {
      method: "POST", url: endpointUrl(provider, channel.baseUrl, operation), connectMs: channel.timeouts.connectMs ?? CONNECT_MS, body: [body],
      headers: upstreamHeaders({ stream: false, authorization: key ? provider.authorize(key.secret()) : {}, contentLength: body.length }),
    };
    const started = performance.now();
    const { status, answer } = await exchange(channel.provider === "simulator" ? deps.simulator : deps.transport, call);
    const latencyMs = Math.round(performance.now() - started);
    const fault = readFault(status, answer);
    if (status === 200 && fault.code === undefined && fault.type === undefined) return { ok: true, status, latencyMs, model: model.name };
    return { ok: false, status, latencyMs, model: model.name, error: fault.message ?? customerError(classifyFault(fault, provider.errorClasses), fault).message };
  } catch (error) {
    return { ok: false, model: model.name, error: (error as Error).message };
  }
}

function firstOffer(snapshot: Snapshot, channel: Channel): { model: Model; route: Route } | undefined {
  for (const [key, tiers] of snapshot.routes) {
    const route = tiers.flatMap(({ routes }) => routes).find((candidate) => candidate.channel.id === channel.id);
    const model = snapshot.models.get(key.slice(key.indexOf("\0") + 1));
    if (route && model) return { model, route };
  }
  return undefined;
}

const operationOf = ({ endpoints }: Model): Operation =>
  endpoints.size === 0 || endpoints.has("chat") ? "chat" : endpoints.has("embeddings") ? "embeddings" : endpoints.has("completions") ? "completions" : "chat";

const bodyOf = (operation: Operation, model: string): object =>
  operation === "embeddings" ? { model, input: "ping" }
  : operation === "completions" ? { model, prompt: "ping", max_tokens: 1 }
  : { model, messages: [{ role: "user", content: "ping" }], max_tokens: 1 };

const exchange = (transport: Transport, call: UpstreamCall): Promise<{ status: number; answer: Buffer }> =>
  new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let status = 0, bytes = 0;
    const timer = setTimeout(() => {
      control.abort();
      reject(new Error(`No answer within ${PROBE_TIMEOUT_MS / 1_000} s.`));
    }, PROBE_TIMEOUT_MS);
    const control = transport.send(call, {
      onHead: (code) => { status = code; },
      onData: (chunk) => {
        bytes += chunk.length;
        if (bytes <= ANSWER_BYTES_MAX) chunks.push(chunk);
      },
      onEnd: () => {
        clearTimeout(timer);
        resolve({ status, answer: Buffer.concat(chunks) });
      },
      onError: (error) => {
        clearTimeout(timer);
        reject(error);
      },
    });
  });
