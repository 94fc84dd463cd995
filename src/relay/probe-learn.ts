import type { Capability, ChannelSettings } from "#channels/channel-settings.ts";
import { addressOf, wayOfTest, withToken, type ProbeDeps, type ProbeTarget } from "#relay/probe.ts";
import { hideSecret, probeCall, type ProbeCall } from "#relay/probe-call.ts";
import type { JsonObject } from "#relay/canonical/request.ts";
import { otherProtocols } from "#relay/routing/protocols.ts";
import { TokenRefused } from "#relay/upstream/access-tokens.ts";

/** What a channel's host and its copy of a model turned out not to have. */
export type Learnt = Readonly<{
  /** False: the plain request failed already, so nothing was learnt. */
  ok: boolean;
  note?: string;
  without: NonNullable<ChannelSettings["without"]>;
  lacks: readonly Capability[];
  calls: readonly ProbeCall[];
}>;

type Trial = Readonly<{ capability: Capability; extra: JsonObject; /** How a refusal names it. */ about: RegExp }>;

const SCHEMA = { type: "object", properties: { answer: { type: "string" } }, required: ["answer"], additionalProperties: false };
/** Grey, 64 by 64: some vendors refuse smaller ones. */
const PICTURE = "data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAEAAAABACAAAAACPAi4CAAAAKUlEQVR42u3MQREAAAwCIKMb3RD77SAA6VEEAoFAIBAIBAKBQCAQfA8G320AeXC6efoAAAAASUVORK5CYII=";
const TRIALS: readonly Trial[] = [
  { capability: "tools", about: /tool|function/i, extra: { tools: [{ type: "function", function: { name: "answer", description: "Gives the answer", parameters: SCHEMA } }] } },
  { capability: "json_schema", about: /json|schema|response_format|text\.format|output_format|output_config/i, extra: { response_format: { type: "json_schema", json_schema: { name: "answer", schema: SCHEMA, strict: true } } } },
  {
    capability: "vision", about: /image|vision|multi-?modal|content.{0,20}(?:string|text)/i,
    extra: { messages: [{ role: "user", content: [{ type: "text", text: "ping" }, { type: "image_url", image_url: { url: PICTURE } }] }] },
  },
];
/** Refusals of what was asked for; all others say nothing about the model. */
const REFUSALS: ReadonlySet<number> = new Set([400, 404, 415, 422, 501]);
const CANNOT = /not? (?:currently )?(?:support|allow|enabl|available|valid|permitted|capab)|unsupported|doesn't|does not|cannot|can't|only|requires|unknown|unrecogni[sz]ed|invalid|no endpoints? found|must be a string/i;

/**
 * Asks a channel's model for one thing after the other that not every model can, and the host by every protocol that its
 * provider has. A few requests of a few tokens.
 */
export async function learnChannel(deps: Pick<ProbeDeps, "transport" | "simulator">, target: ProbeTarget): Promise<Learnt> {
  const nothing = { ok: false, without: [], lacks: [], calls: [] };
  const asked = addressOf(target);
  if ("missing" in asked) return { ...nothing, note: asked.note };
  const { model } = target, { provider } = asked;
  const writes = provider.paths.chat !== undefined && model !== undefined && (model.endpoints.length === 0 || model.endpoints.some((name) => CHATS.has(name)));
  if (!writes) return { ...nothing, note: "Only models that write can be asked for more." };
  const transport = wayOfTest(deps, asked);
  const to = await withToken(transport, asked);
  if (to instanceof TokenRefused) return { ...nothing, note: hideSecret(to.message, asked.secret) };
  const plain = await probeCall(transport, to, "chat", model.upstreamName, false);
  const calls = [plain];
  if (!plain.ok) return { ...nothing, calls, ...(plain.error !== undefined && { note: plain.error }) };

  const without: NonNullable<ChannelSettings["without"]> = [];
  for (const { protocol, endpoint } of otherProtocols(provider, target.protocol, model.upstreamName)) {
    const call = await probeCall(transport, to, "chat", model.upstreamName, false, { endpoint });
    calls.push(call);
    if (call.absent) without.push(protocol);
  }
  const lacks: Capability[] = [];
  for (const { capability, extra, about } of TRIALS) {
    const call = await probeCall(transport, to, "chat", model.upstreamName, false, { extra });
    calls.push(call);
    const { ok, status = 0, error = "" } = call;
    if (!ok && REFUSALS.has(status) && about.test(error) && CANNOT.test(error)) lacks.push(capability);
  }
  return { ok: true, without, lacks, calls };
}

const CHATS: ReadonlySet<string> = new Set(["chat", "responses", "messages", "gemini"]);
