import { bearer } from "#relay/providers/kit/auth.ts";
import { DEFAULT_FLAGS } from "#relay/providers/kit/openai-shaped.ts";
import type { Provider } from "#relay/providers/provider.ts";

/** Replicate: models as `owner/name`; a call is held open for a minute, then asked after. */
export const replicate: Provider = {
  id: "replicate",
  name: "Replicate",
  baseUrl: "https://api.replicate.com/v1",
  paths: { images: { dialect: "replicate-images", path: "/models/{model}/predictions" }, "image-edits": { dialect: "replicate-images", path: "/models/{model}/predictions" } },
  authorize: bearer,
  flags: DEFAULT_FLAGS,
  docs: "https://replicate.com/docs/reference/http",
};
