import type { ProviderEndpoint } from "#relay/providers/provider.ts";

type Headers = Readonly<Record<string, string>>;

/** The edition of the format that is meant unless a client names another. */
const VERSION: Headers = { "anthropic-version": "2023-06-01" };

/** The key alone in `x-api-key`, as Anthropic wants it. */
export const messagesKey = (key: string): Headers => (key === "" ? VERSION : { ...VERSION, "x-api-key": key });

/** The key as OpenAI-shaped vendors want it. */
const bearerKey = (key: string): Headers => (key === "" ? VERSION : { ...VERSION, authorization: `Bearer ${key}` });

type Options = Readonly<{
  /** Where the vendor serves this format, if not below its OpenAI-shaped base: the path in place of that base's. */
  basePath?: string;
  /** `Authorization: Bearer` instead of `x-api-key`. */
  bearer?: boolean;
  onlyIfChosen?: boolean;
}>;

/** The Anthropic messages that a vendor offers beside its own or OpenAI's format. */
export const messagesEndpoint = ({ basePath, bearer = false, onlyIfChosen = false }: Options = {}): ProviderEndpoint => ({
  dialect: "anthropic",
  path: basePath === undefined ? "/messages" : "/v1/messages",
  ...(basePath === undefined ? {} : { basePath }),
  authorize: bearer ? bearerKey : messagesKey,
  ...(onlyIfChosen ? { onlyIfChosen } : {}),
});
