import { bearer } from "#relay/providers/kit/auth.ts";
import type { Provider, ProviderEndpoint } from "#relay/providers/provider.ts";
import { TokenWanted, type AccessTokens } from "#relay/upstream/access-tokens.ts";
import type { ChannelSettings } from "#channels/channel-settings.ts";

/** Who asks whom, as far as a proof goes by it. */
export type Asking = Readonly<{ provider: Provider; endpoint: Pick<ProviderEndpoint, "authorize">; secret: string; baseUrl: string | undefined; settings: ChannelSettings }>;

/** What proves who asks. */
export type Proof = Readonly<{ headers: Readonly<Record<string, string>>; /** That the key has bought. */ token?: string }>;

/** The key, or the token that it buys: bought now where there is none that still serves. @throws TokenRefused */
export async function authorize(tokens: AccessTokens, { provider, endpoint, secret, baseUrl, settings }: Asking): Promise<Proof> {
  if (!provider.tokens?.wanted(secret)) return { headers: endpoint.authorize?.(secret) ?? provider.authorize(secret) };
  const way = { baseUrl, proxy: settings.proxy };
  let token: string;
  try {
    token = tokens.current(provider.tokens, secret, way);
  } catch (cause) {
    if (!(cause instanceof TokenWanted)) throw cause;
    token = await tokens.fetch(provider.tokens, secret, way);
  }
  return { headers: bearer(token), token };
}
