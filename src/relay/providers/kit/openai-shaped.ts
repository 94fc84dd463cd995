import type { DialectId, Operation } from "#relay/dialects/dialect.ts";
import { bearer } from "#relay/providers/kit/auth.ts";
import type { Provider, ProviderEndpoint, ProviderFlags } from "#relay/providers/provider.ts";

/** Pictures, sound and verdicts where OpenAI has them. */
export const MEDIA_PATHS = {
  images: "/images/generations", "image-edits": "/images/edits", "image-variations": "/images/variations",
  speech: "/audio/speech", transcriptions: "/audio/transcriptions", translations: "/audio/translations", moderations: "/moderations",
} as const satisfies Partial<Record<Operation, string>>;

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
  images: "openai-images",
  "image-edits": "openai-images",
  "image-variations": "openai-images",
  speech: "openai-speech",
  transcriptions: "openai-transcriptions",
  translations: "openai-transcriptions",
  moderations: "openai-moderations",
  rerank: "rerank",
};

type Manifest = Readonly<{
  id: string;
  name: string;
  baseUrl?: string;
  basePath?: string;
  paths: Readonly<Partial<Record<Operation, string>>>;
  /** Operations that are offered in the vendor's own protocols, in place of OpenAI's. */
  own?: Provider["paths"];
  /** What answers chat calls in other protocols. */
  also?: readonly ProviderEndpoint[];
  /** Speaks Responses beside chat, by default below the same base; what sets that endpoint apart. */
  responses?: Partial<Omit<ProviderEndpoint, "dialect">>;
  realtime?: Provider["realtime"];
  authorize?: Provider["authorize"];
  flags?: Partial<ProviderFlags>;
  errorClasses?: Provider["errorClasses"];
  keyless?: boolean;
  unconfirmed?: boolean;
  isShop?: boolean;
  docs?: string;
}>;

/** A provider that speaks OpenAI's formats, from what sets it apart. */
export function openaiShaped({ paths, own, responses, also = [], flags, authorize = bearer, docs = "", ...manifest }: Manifest): Provider {
  const others: readonly ProviderEndpoint[] = [...(responses ? [{ dialect: "openai-responses" as const, path: "/responses", ...responses }] : []), ...also];
  const endpoints = (Object.entries(paths) as [Operation, string][]).map(([operation, path]) => {
    const endpoint = { dialect: DIALECT[operation], path };
    return [operation, operation === "chat" && others.length > 0 ? [endpoint, ...others] : endpoint] as const;
  });
  return { ...manifest, docs, authorize, flags: { ...DEFAULT_FLAGS, ...flags }, paths: { ...Object.fromEntries(endpoints), ...own } };
}
