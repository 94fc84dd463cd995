import type { DialectId, Operation } from "#relay/dialects/dialect.ts";
import { bearer } from "#relay/providers/kit/auth.ts";
import type { Provider, ProviderEndpoint, ProviderFlags } from "#relay/providers/provider.ts";

/** What holds for a vendor that copies OpenAI's format and of which nothing else is known. */
export const DEFAULT_FLAGS: ProviderFlags = {
  streamOptions: "required",
  cached: "in",
  reasoning: "in",
  eofIsEnd: false,
  maxTokensName: "max_tokens",
};

const DIALECT: Readonly<Record<Operation, DialectId>> = {
  chat: "openai-chat",
  completions: "openai-completions",
  embeddings: "openai-embeddings",
};

type Manifest = Readonly<{
  id: string;
  name: string;
  baseUrl?: string;
  basePath?: string;
  paths: Readonly<Partial<Record<Operation, string>>>;
  /** Speaks Responses beside chat, by default below the same base; what sets that endpoint apart. */
  responses?: Partial<Omit<ProviderEndpoint, "dialect">>;
  /** What answers chat calls in other protocols. */
  also?: readonly ProviderEndpoint[];
  authorize?: Provider["authorize"];
  flags?: Partial<ProviderFlags>;
  errorClasses?: Provider["errorClasses"];
  keyless?: boolean;
  unconfirmed?: boolean;
  docs?: string;
}>;

/** A provider that speaks OpenAI's formats, from what sets it apart. */
export function openaiShaped({ paths, responses, also = [], flags, authorize = bearer, docs = "", ...manifest }: Manifest): Provider {
  const endpoints: Record<string, ProviderEndpoint | readonly ProviderEndpoint[]> = {};
  for (const [operation, path] of Object.entries(paths) as [Operation, string][]) endpoints[operation] = { dialect: DIALECT[operation], path };
  const { chat } = endpoints;
  const others = [...(responses ? [{ dialect: "openai-responses" as const, path: "/responses", ...responses }] : []), ...also];
  if (chat && others.length > 0) endpoints.chat = [chat as ProviderEndpoint, ...others];
  return { ...manifest, docs, authorize, flags: { ...DEFAULT_FLAGS, ...flags }, paths: endpoints };
}
