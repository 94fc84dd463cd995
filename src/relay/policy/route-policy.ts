import type { Capability, ChannelSettings, HeaderOp, SystemInjection } from "#channels/channel-settings.ts";
import { isMedia, type Operation } from "#relay/dialects/operations.ts";
import type { WireFormat } from "#relay/dialects/wire-format.ts";
import type { RequestFacts } from "#relay/policy/conditions.ts";
import { rulesFor } from "#relay/policy/model-rules.ts";
import type { ModelRules } from "#relay/policy/model-rules.ts";
import { compileParamOverride } from "#relay/policy/param-override.ts";
import type { ParamOverride } from "#relay/policy/param-override.ts";
import { roughTextTokens } from "#relay/limits/request-limits.ts";
import type { Provider, ProviderEndpoint, ProviderFlags } from "#relay/providers/provider.ts";
import type { ModelPreset } from "#snapshot/snapshot.ts";

/** What a request is changed by on one channel, ready to be applied. Channels and models that change nothing have none. */
export type RoutePolicy = Readonly<{
  facts: RequestFacts;
  /** By the protocol that is spoken. */
  rules: ReadonlyMap<WireFormat, ModelRules>;
  override?: ParamOverride;
  system?: SystemInjection;
  /** Most tokens that the shop's own words can be, and how many they are likely to be. */
  injectedTokensMax: number;
  injectedTokens: number;
  headers?: readonly HeaderOp[];
  betas?: NonNullable<ChannelSettings["betas"]>;
  /** How the vendor is asked, whatever the client wants. */
  ask?: "stream" | "whole";
  /** Thoughts become part of the text. */
  thinkingToContent: boolean;
  /** The model is another one with parameters set. */
  preset?: ModelPreset;
  /** What the channel's copy of the model cannot do. */
  lacks?: ReadonlySet<Capability>;
}>;

export type PolicyParts = Readonly<{ settings: ChannelSettings; provider: Provider; upstreamModel: string; endpoints: readonly ProviderEndpoint[]; facts: RequestFacts; /** The model's own name, where the one that is asked for is below it. */ soldAs?: string; operation: Operation; preset?: ModelPreset | undefined }>;

/** @returns undefined where there is nothing to change: such requests are not looked at */
export function compileRoutePolicy({ settings, provider, upstreamModel, endpoints, facts, soldAs = facts.model, operation, preset: given }: PolicyParts): RoutePolicy | undefined {
  const chat = operation === "chat", preset = chat ? given : undefined;
  const rules = new Map<WireFormat, ModelRules>();
  for (const { dialect } of endpoints) {
    const found = rulesFor(provider.id, upstreamModel, dialect);
    if (found) rules.set(dialect, found);
  }
  const { headers = [], system, betas, lacks } = settings;
  // What pictures and sound cost is known from the request as it came; it may come as a form, too.
  const params = isMedia(operation) ? [] : settings.params ?? [];
  const missing = lacks?.[facts.model] ?? lacks?.[soldAs] ?? (given && lacks?.[given.model]) ?? [];
  const ask = !chat ? undefined : settings.force_stream || [...rules.values()].some(({ streamOnly }) => streamOnly) ? "stream" as const : settings.force_non_stream ? "whole" as const : undefined;
  const thinkingToContent = chat && settings.thinking_to_content === true;
  const injected = chat ? system : undefined;
  if (rules.size === 0 && params.length === 0 && headers.length === 0 && !injected && !betas && missing.length === 0 && !ask && !thinkingToContent && !preset) return undefined;
  return {
    facts, rules, thinkingToContent,
    // A token is a byte at least.
    injectedTokensMax: injected ? Buffer.byteLength(injected.text) : 0,
    injectedTokens: injected ? roughTextTokens(injected.text) : 0,
    ...(params.length > 0 && { override: compileParamOverride(params) }),
    ...(injected && { system: injected }),
    ...(headers.length > 0 && { headers }),
    ...(betas && { betas }),
    ...(preset && { preset }),
    ...(ask && { ask }),
    ...(missing.length > 0 && { lacks: new Set(missing) }),
  };
}

/** The vendor with what the operator knows better about this account of it; the same object where he says nothing. */
export function withChannelFlags(provider: Provider, settings: ChannelSettings): Provider {
  const flags: Partial<ProviderFlags> = {
    ...(settings.max_tokens_name && { maxTokensName: settings.max_tokens_name }),
    ...(settings.supports_stream_options !== undefined && { streamOptions: settings.supports_stream_options ? "required" as const : "none" as const }),
    ...(settings.eof_is_end !== undefined && { eofIsEnd: settings.eof_is_end }),
    ...(settings.reasoning_field && { reasoningParam: settings.reasoning_field }),
    ...(settings.allow_service_tier && { serviceTier: true }),
    ...(settings.allow_user_id && { userIds: true }),
    ...(settings.transcript && { transcript: true }),
  };
  return Object.keys(flags).length === 0 ? provider : { ...provider, flags: { ...provider.flags, ...flags } };
}
