import { callCodecs } from "#relay/conversion/calls/call-codecs.ts";
import { clientCodecs, upstreamCodecs } from "#relay/dialects/codecs.ts";
import type { DialectId, Operation } from "#relay/dialects/dialect.ts";
import type { WireFormat } from "#relay/dialects/wire-format.ts";
import { endpointsOf } from "#relay/providers/index.ts";
import type { Provider, ProviderEndpoint } from "#relay/providers/provider.ts";
import type { Channel } from "#snapshot/snapshot.ts";

/** The operator's word for a protocol. */
const CHOSEN: Readonly<Record<NonNullable<Channel["protocol"]>, WireFormat>> = {
  chat: "openai-chat", responses: "openai-responses", messages: "anthropic", gemini: "gemini",
};

/** What carries most of a foreign request goes first: thinking, tools and signatures survive in these better than in OpenAI's chat. */
const RICHNESS: readonly WireFormat[] = ["anthropic", "gemini", "openai-responses", "bedrock-converse", "cohere", "openai-chat", "ollama", "dashscope-native", "spark", "tencent", "baidu-v1", "zhipu-v3", "dify", "coze", "deepl"];

/**
 * The endpoints of a channel that can answer a call of this dialect, in the order in which they are asked: the one that
 * speaks it too (its bytes pass), then those into whose protocol it can be converted.
 */
export function protocolsFor(provider: Provider, chosen: Channel["protocol"], operation: Operation, dialect: DialectId, upstreamModel: string): readonly ProviderEndpoint[] {
  const own = usable(endpointsOf(provider, operation), operation === "chat" ? chosen : undefined, upstreamModel);
  const passing = own.filter((endpoint) => endpoint.dialect === dialect);
  if (clientCodecs[dialect] === undefined) return [...passing, ...own.filter((endpoint) => callCodecs[endpoint.dialect] !== undefined)];
  const chat = operation === "chat" ? own : operation === "completions" ? usable(endpointsOf(provider, "chat"), chosen, upstreamModel) : [];
  const converted = chat.filter((endpoint) => endpoint.dialect !== dialect && upstreamCodecs[endpoint.dialect] !== undefined && (endpoint.passesOnly !== true || chosen !== undefined));
  return [...passing, ...converted.sort((a, b) => RICHNESS.indexOf(a.dialect) - RICHNESS.indexOf(b.dialect))];
}

/** The endpoint that a channel is tried out by. */
export const preferredEndpoint = (provider: Provider, chosen: Channel["protocol"], operation: Operation, upstreamModel: string): ProviderEndpoint | undefined =>
  usable(endpointsOf(provider, operation), operation === "chat" ? chosen : undefined, upstreamModel)[0];

const usable = (endpoints: readonly ProviderEndpoint[], chosen: Channel["protocol"], upstreamModel: string): readonly ProviderEndpoint[] =>
  endpoints.filter(({ dialect, onlyIfChosen, serves }) => (chosen === undefined ? onlyIfChosen !== true && serves?.(upstreamModel) !== false : CHOSEN[chosen] === dialect));
