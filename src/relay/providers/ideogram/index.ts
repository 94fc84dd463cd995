import { header } from "#relay/providers/kit/auth.ts";
import { noList } from "#relay/providers/kit/no-list.ts";
import type { Provider, ProviderEndpoint } from "#relay/providers/provider.ts";

const IMAGES: ProviderEndpoint = { dialect: "ideogram-images", path: "/v1/ideogram-v3/generate" };

/**
 * Ideogram: pictures at once, by address; addresses hold for a while only.
 * - the newest models take a form, those before (`V_1`, `V_2`, …) take JSON at another address
 * - a picture that is not fit to be shown comes without an address
 */
export const ideogram: Provider = {
  id: "ideogram",
  name: "Ideogram",
  baseUrl: "https://api.ideogram.ai",
  paths: { images: IMAGES, "image-edits": IMAGES },
  authorize: header("Api-Key"),
  listings: noList,
  flags: { streamOptions: "none", cached: "in", reasoning: "in", eofIsEnd: false, maxTokensName: "max_tokens", firstByteMs: 120_000 },
  errorClasses: [
    { match: "402", class: "quota" },
    { match: /^422 .*(?:safety|unsafe)/i, class: "policy" },
  ],
  docs: "https://developer.ideogram.ai",
};
