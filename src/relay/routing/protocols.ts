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
 *
 * @param without what the channel's host turned out not to have
 */
export function protocolsFor(
  provider: Provider, chosen: Channel["protocol"], operation: Operation, dialect: DialectId, upstreamModel: string, without: Without = [],
): readonly ProviderEndpoint[] {
  const own = usable(endpointsOf(provider, operation), operation === "chat" ? chosen : undefined, upstreamModel, without);
  const passing = own.filter((endpoint) => endpoint.dialect === dialect);
  if (clientCodecs[dialect] === undefined) return [...passing, ...own.filter((endpoint) => callCodecs[endpoint.dialect] !== undefined)];
  const chat = operation === "chat" ? own : operation === "completions" ? usable(endpointsOf(provider, "chat"), chosen, upstreamModel, without) : [];
  const converted = chat.filter((endpoint) => endpoint.dialect !== dialect && upstreamCodecs[endpoint.dialect] !== undefined && (endpoint.passesOnly !== true || chosen !== undefined));
  return [...passing, ...converted.sort((a, b) => RICHNESS.indexOf(a.dialect) - RICHNESS.indexOf(b.dialect))];
}

/** The endpoint that a channel is tried out by. */
export const preferredEndpoint = (provider: Provider, chosen: Channel["protocol"], operation: Operation, upstreamModel: string): ProviderEndpoint | undefined =>
  usable(endpointsOf(provider, operation), operation === "chat" ? chosen : undefined, upstreamModel)[0];

/** The other endpoints for the same: those that a test looks for besides the preferred one, by the operator's word for them. */
export const otherProtocols = (provider: Provider, chosen: Channel["protocol"], upstreamModel: string): readonly Readonly<{ protocol: Protocol; endpoint: ProviderEndpoint }>[] => {
  const [first, ...others] = usable(endpointsOf(provider, "chat"), chosen, upstreamModel);
  const words = Object.entries(CHOSEN) as readonly (readonly [Protocol, WireFormat])[];
  return others.flatMap((endpoint) => words.flatMap(([protocol, format]) => (format === endpoint.dialect && format !== first?.dialect ? [{ protocol, endpoint }] : [])));
};

/** The protocols that a provider's template has for chat, by the operator's words; those that only a choice brings in are left out. */
export const offeredProtocols = (provider: Provider): readonly Protocol[] => {
  const spoken = new Set(endpointsOf(provider, "chat").flatMap(({ dialect, onlyIfChosen }) => (onlyIfChosen === true ? [] : [dialect])));
  return (Object.keys(CHOSEN) as readonly Protocol[]).filter((protocol) => spoken.has(CHOSEN[protocol]));
};

type Protocol = NonNullable<Channel["protocol"]>;
type Without = readonly Protocol[];

/** What the operator has chosen he has looked at; and a host that has nothing at all is asked all the same. */
function usable(endpoints: readonly ProviderEndpoint[], chosen: Channel["protocol"], upstreamModel: string, without: Without = []): readonly ProviderEndpoint[] {
  if (chosen !== undefined) return endpoints.filter(({ dialect }) => CHOSEN[chosen] === dialect);
  const offered = endpoints.filter(({ onlyIfChosen, serves }) => onlyIfChosen !== true && serves?.(upstreamModel) !== false);
  const present = without.length === 0 ? offered : offered.filter(({ dialect }) => !without.some((protocol) => CHOSEN[protocol] === dialect));
  return present.length === 0 ? offered : present;
}
