import type { ChannelSettings } from "#channels/channel-settings.ts";
import { isInMemory } from "#platform/outbound/body-part.ts";
import { createConversion } from "#relay/conversion/conversion.ts";
import type { ClientFormat } from "#relay/dialects/wire-format.ts";
import { dialects } from "#relay/dialects/index.ts";
import { RelayError } from "#relay/errors.ts";
import { scanRequest } from "#relay/http/body/scan.ts";
import { upstreamHeaders } from "#relay/http/headers.ts";
import { endpointName } from "#relay/policy/access.ts";
import { compileRoutePolicy, withChannelFlags } from "#relay/policy/route-policy.ts";
import { providers } from "#relay/providers/index.ts";
import { bearer } from "#relay/providers/kit/auth.ts";
import { protocolsFor } from "#relay/routing/protocols.ts";
import { shapeHeaders, speak } from "#relay/upstream/speak.ts";
import type { Channel, Model } from "#snapshot/snapshot.ts";

export const PREVIEW_DIALECTS = ["openai-chat", "openai-responses", "anthropic", "gemini"] as const satisfies readonly ClientFormat[];

export type PreviewAsked = Readonly<{
  provider: string;
  protocol: Channel["protocol"];
  settings: ChannelSettings;
  /** The shop's name of the model, and the vendor's. */
  model: string;
  upstreamModel: string;
  group: string;
  dialect: (typeof PREVIEW_DIALECTS)[number];
  /** JSON as a client would send it. */
  body: string;
  headers?: Readonly<Record<string, string>>;
}>;

export type Preview =
  | Readonly<{ kind: "refused"; code: string; message: string }>
  | Readonly<{
    kind: "sent"; protocol: string; stream: boolean;
    /** JSON as it would be sent without the channel's settings, and with them. */
    before: string; after: string;
    /** Without those that prove the key. */
    headers: Readonly<Record<string, string>>;
    warnings: readonly string[]; changes: readonly string[];
  }>;

const SAMPLE_ID = "req_00000000000000000000000000";
const SAMPLE_KEY = "(key)";

/** What a channel would send for a request, were these its settings. Nothing is sent and nothing is read. */
export function previewRequest(asked: PreviewAsked): Preview {
  try {
    return { kind: "sent", ...shown(asked) };
  } catch (error) {
    if (error instanceof RelayError) return { kind: "refused", code: error.code, message: error.message };
    throw error;
  }
}

function shown(asked: PreviewAsked): Omit<Extract<Preview, { kind: "sent" }>, "kind"> {
  const known = providers.get(asked.provider);
  if (!known) throw new RelayError("unsupported_endpoint", "The provider is not known.");
  const body = Buffer.from(asked.body);
  const scanned = scanRequest(body, "chat", { dialect: asked.dialect, ...(asked.dialect === "gemini" && { model: asked.model }) });
  const provider = withChannelFlags(known, asked.settings);
  const [first, ...others] = protocolsFor(provider, asked.protocol, "chat", asked.dialect, asked.upstreamModel, asked.settings.without);
  if (!first) throw new RelayError("unsupported_endpoint", "The channel cannot answer this kind of call.");
  const endpoints = [first, ...others] as const;
  const facts = { model: asked.model, endpoint: endpointName("chat", asked.dialect), group: asked.group };
  const policyOf = (settings: ChannelSettings) => compileRoutePolicy({ settings, provider, upstreamModel: asked.upstreamModel, endpoints, facts, operation: "chat" });
  const inbound = { headers: asked.headers ?? {}, query: new URLSearchParams() };
  const model: Model = { id: "", name: asked.model, endpoints: new Set(), createdAtMs: 0, limits: {} };

  const say = (settings: ChannelSettings) => {
    const context = { dialect: dialects[asked.dialect], inbound, idText: SAMPLE_ID, admittedAtMs: 0, warnings: [] as readonly string[], changes: [] as readonly string[], caller: undefined };
    const policy = policyOf(settings);
    const spoken = speak(
      { state: { endUser: () => "(hash)" }, context, model, scanned, body, form: undefined, media: undefined, conversion: createConversion(context, scanned, body) },
      { route: { upstreamModel: asked.upstreamModel, channel: { settings } }, endpoints: [...endpoints], ...(policy && { policy }) },
      provider.flags,
    );
    const { endpoint } = spoken, authorization = provider.tokens ? bearer(SAMPLE_KEY) : endpoint.authorize?.(SAMPLE_KEY) ?? provider.authorize(SAMPLE_KEY);
    const own = { ...upstreamHeaders({ stream: spoken.stream, authorization }), ...spoken.forwarded?.headers };
    const said = { headers: policy ? shapeHeaders(own, policy, { inbound, idText: SAMPLE_ID }, SAMPLE_KEY) : own, parts: spoken.parts };
    const { headers, parts } = endpoint.reword?.(said) ?? said;
    return { context, spoken, headers, text: pretty(Buffer.concat(parts.filter(isInMemory)).toString("utf8")) };
  };
  const { context, spoken, text, headers } = say(asked.settings);
  return {
    protocol: spoken.endpoint.dialect, stream: spoken.stream, before: plainText(() => say({}).text, asked.body), after: text,
    headers, warnings: context.warnings, changes: context.changes,
  };
}

/** Where the settings alone make a request possible, what the client sent is what there is to compare. */
function plainText(say: () => string, sent: string): string {
  try {
    return say();
  } catch (error) {
    if (error instanceof RelayError) return pretty(sent);
    throw error;
  }
}

const pretty = (json: string): string => JSON.stringify(JSON.parse(json), null, 2);
