import type { ChannelSettings } from "#channels/channel-settings.ts";
import { readProxy } from "#platform/outbound/agent.ts";
import { writesText, type Operation } from "#relay/dialects/operations.ts";
import { withChannelFlags } from "#relay/policy/route-policy.ts";
import { hideSecret, placing, probeCall, type ProbeAddress, type ProbeCall } from "#relay/probe-call.ts";
import { probeModels, type ListedModels } from "#relay/probe-models.ts";
import { endpointUrl, providers } from "#relay/providers/index.ts";
import type { Provider } from "#relay/providers/provider.ts";
import type { SocketTransport } from "#relay/realtime/socket-transport.ts";
import { createAccessTokens, TokenRefused } from "#relay/upstream/access-tokens.ts";
import { wayTo } from "#relay/upstream/carriage.ts";
import type { Transport } from "#relay/upstream/transport.ts";

export type { ProbeCall } from "#relay/probe-call.ts";

/** What a test looks at, in its order. */
export const PROBE_STEPS = ["address", "connection", "key", "models", "reply", "stream", "usage"] as const;
export type ProbeStepName = (typeof PROBE_STEPS)[number];

/** One line of a test. `note` is the vendor's or the system's own word, for staff. */
export type ProbeStep = Readonly<{ step: ProbeStepName; state: "ok" | "failed" | "skipped"; ms?: number; note?: string; count?: number; until?: Date; /** Tokens that the vendor reported. */ tokens?: Readonly<{ input: number; output: number }> }>;

export type ProbeReport = Readonly<{
  ok: boolean;
  steps: readonly ProbeStep[];
  /** What was really asked of the vendor: each has a cost. */
  calls: readonly ProbeCall[];
  /** The vendor's names of its models, where it lists them. */
  models?: readonly string[];
}>;

export type ProbeDeps = Readonly<{
  transport: Transport;
  simulator: Transport;
  /** For vendors that are called over WebSockets. */
  sockets?: SocketTransport;
  /** Resolves and connects by the rules of every outgoing call. Absent: these steps are skipped. */
  inspect?(url: URL): Promise<Readonly<{ resolveMs: number; connectMs: number; tlsMs?: number; certificateUntil?: Date }>>;
}>;

export type ProbeTarget = Readonly<{
  provider: string;
  /** What the channel changes of its requests: a test keeps to its headers and flags. */
  settings?: ChannelSettings;
  /** As in the channel's settings. */
  protocol?: ProbeAddress["protocol"];
  baseUrl?: string;
  secret?: string;
  connectMs?: number;
  /** Undefined: no request is sent, only address, key and model list are looked at. */
  model?: Readonly<{ upstreamName: string; endpoints: readonly string[] }>;
  /** The REST's test sends the one request only; the back office also streams. */
  stream: boolean;
  list: boolean;
}>;

const CONNECT_MS = 5_000;

/** Tests a channel as far as it can be tested, with real requests. Failures are results, never exceptions. */
export async function probeChannel(deps: ProbeDeps, target: ProbeTarget): Promise<ProbeReport> {
  const asked = addressOf(target);
  if ("missing" in asked) return failedAt(asked.missing, asked.note);
  const { provider } = asked;
  const inProcess = provider.id === "simulator";
  const transport = wayOfTest(deps, asked);
  const steps: ProbeStep[] = inProcess || !deps.inspect ? [] : await addressSteps(deps.inspect, asked, target.model?.upstreamName ?? "");
  if (steps.some(({ state }) => state === "failed")) return { ok: false, steps, calls: [] };
  const to = await withToken(transport, asked);
  if (to instanceof TokenRefused) return { ok: false, steps: [...steps, { step: "key", state: "failed", note: hideSecret(to.message, asked.secret) }], calls: [] };

  const listed = inProcess || !target.list ? undefined : await probeModels(transport, to).catch((error: Error): ListedModels => ({ status: 0, latencyMs: 0, error: error.message }));
  if (listed) steps.push(...listSteps(listed, provider));
  if (listed && isRefused(listed, provider)) return { ok: false, steps, calls: [] };

  const calls: ProbeCall[] = [];
  if (target.model) {
    const operation = operationOf(target.model, provider.paths);
    // Long work costs too much to be made for a test.
    if (operation === undefined) return { ok: true, steps: [...steps, { step: "reply", state: "skipped" }], calls, ...(listed?.names && { models: listed.names }) };
    calls.push(await probeCall(transport, to, operation, target.model.upstreamName, false));
    if (target.stream && calls[0]!.ok && writesText(operation)) calls.push(await probeCall(transport, to, operation, target.model.upstreamName, true));
    steps.push(...calls.map(callStep), ...usageStep(calls));
  }
  return { ok: steps.every(({ state }) => state !== "failed"), steps, calls, ...(listed?.names && { models: listed.names }) };
}

/** Where a test's requests go, or what there is not of it. */
export function addressOf(target: Pick<ProbeTarget, "provider" | "settings" | "protocol" | "baseUrl" | "secret" | "connectMs">): ProbeAddress | Readonly<{ missing: "address" | "key"; note: string }> {
  const known = providers.get(target.provider), { settings = {} } = target;
  const provider = known && withChannelFlags(known, settings);
  if (!provider) return { missing: "address", note: `The provider ${target.provider} is not known.` };
  if (target.secret === undefined && !provider.keyless) return { missing: "key", note: "The channel has no live key." };
  return {
    provider, settings, connectMs: target.connectMs ?? CONNECT_MS,
    ...(target.protocol !== undefined && { protocol: target.protocol }),
    ...(target.baseUrl !== undefined && { baseUrl: target.baseUrl }), ...(target.secret !== undefined && { secret: target.secret }),
  };
}

const failedAt = (step: ProbeStepName, note: string): ProbeReport => ({ ok: false, steps: [{ step, state: "failed", note }], calls: [] });

/** The way of a test's requests. */
export const wayOfTest = (deps: ProbeDeps, { provider, secret = "" }: ProbeAddress): Transport =>
  (provider.id === "simulator" ? deps.simulator : wayTo(provider, { transport: deps.transport, sockets: deps.sockets, now: Date.now }, secret));

/** A key that is not sent itself buys its token first: a test takes none that is there already. */
export async function withToken(transport: Transport, to: ProbeAddress): Promise<ProbeAddress | TokenRefused> {
  const { provider: { tokens }, secret, baseUrl, settings: { proxy } = {} } = to;
  if (secret === undefined || !tokens?.wanted(secret)) return to;
  return createAccessTokens({ transport, clock: Date }).fetch(tokens, secret, { baseUrl, proxy }).then((token) => ({ ...to, token }), (error: TokenRefused) => error);
}

/** Through a proxy it is the proxy that is connected to. */
async function addressSteps(inspect: NonNullable<ProbeDeps["inspect"]>, to: ProbeAddress, upstreamModel: string): Promise<ProbeStep[]> {
  try {
    const { proxy } = to.settings ?? {};
    const place = to.provider.place?.(placing(to, upstreamModel));
    const { resolveMs, connectMs, tlsMs, certificateUntil } = await inspect(proxy === undefined ? endpointUrl(to.provider, to.baseUrl, firstOf(to.provider.paths) ?? { path: "/" }, { upstreamModel, stream: false, place }) : readProxy(proxy).through);
    return [
      { step: "address", state: "ok", ms: resolveMs },
      { step: "connection", state: "ok", ms: connectMs + (tlsMs ?? 0), ...(certificateUntil && { until: certificateUntil }) },
    ];
  } catch (error) {
    const { phase } = error as { phase?: unknown };
    const failed: ProbeStep = { step: phase === "connection" ? "connection" : "address", state: "failed", note: (error as Error).message };
    return phase === "connection" ? [{ step: "address", state: "ok" }, failed] : [failed];
  }
}

/** Where the list is a service of its own, a key may be good for calls and yet not for the list. */
const isRefused = ({ status }: ListedModels, { listings }: Provider): boolean => status === 401 || (status === 403 && listings === undefined);

function listSteps(listed: ListedModels, provider: Provider): ProbeStep[] {
  const note = listed.error === undefined ? {} : { note: listed.error };
  if (isRefused(listed, provider)) return [{ step: "key", state: "failed", ms: listed.latencyMs, ...note }];
  if (!listed.names) return [{ step: "models", state: "skipped", ...note }];
  const list: ProbeStep = { step: "models", state: "ok", ms: listed.latencyMs, count: listed.names.length };
  return provider.keyless === true ? [list] : [{ step: "key", state: "ok", ms: listed.latencyMs }, list];
}

const callStep = ({ stream, ok, latencyMs, firstMs, error }: ProbeCall): ProbeStep => ({
  step: stream ? "stream" : "reply", state: ok ? "ok" : "failed", ms: stream ? firstMs ?? latencyMs : latencyMs, ...(error !== undefined && { note: error }),
});

/** A vendor that reports no usage is charged by our own count: worth knowing, no failure. */
function usageStep(calls: readonly ProbeCall[]): ProbeStep[] {
  const last = calls.findLast(({ ok }) => ok);
  if (!last) return [];
  const { usage } = last;
  if (!usage) return [{ step: "usage", state: "skipped" }];
  return [{ step: "usage", state: "ok", tokens: { input: (usage.inputUncached ?? 0) + (usage.cacheRead ?? 0), output: (usage.outputText ?? 0) + (usage.reasoning ?? 0) } }];
}

/** What a model that is sold for this is tried out by, the cheapest first. */
const TRIED_BY: readonly (readonly [endpoint: string, operations: readonly Operation[]])[] = [
  ["chat", ["chat"]], ["embeddings", ["embeddings"]], ["completions", ["completions"]], ["rerank", ["rerank"]], ["moderations", ["moderations"]], ["images", ["images"]],
];
/** Models that listen; the others of their endpoint speak. */
const LISTENS = /whisper|transcri|scribe|nova|voxtral|asr|sensevoice/i;

function operationOf({ endpoints, upstreamName }: NonNullable<ProbeTarget["model"]>, paths: Provider["paths"]): Operation | undefined {
  if (endpoints.length === 1 && endpoints[0] === "tasks") return undefined;
  const audio: readonly Operation[] = LISTENS.test(upstreamName) ? ["transcriptions", "speech"] : ["speech", "transcriptions"];
  const wanted = endpoints.length === 0 ? ["chat" as const] : [...TRIED_BY, ["audio", audio] as const].flatMap(([endpoint, operations]) => (endpoints.includes(endpoint) ? operations : []));
  return wanted.find((operation) => paths[operation]) ?? firstOf(paths);
}

const firstOf = (paths: Provider["paths"]): Operation | undefined =>
  TRIED_BY.flatMap(([, operations]) => operations).find((name) => paths[name]) ?? (Object.keys(paths)[0] as Operation | undefined);
