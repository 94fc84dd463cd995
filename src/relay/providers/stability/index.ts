import { bearer } from "#relay/providers/kit/auth.ts";
import { DEFAULT_FLAGS } from "#relay/providers/kit/openai-shaped.ts";
import type { Provider } from "#relay/providers/provider.ts";

/**
 * Stability AI: pictures.
 * - forms alone; the kind of model (core, ultra, sd3) is the last part of the address
 * - a picture that was withheld is a success without one
 * - credits a picture, no usage in the answer
 */
export const stability: Provider = {
  id: "stability",
  name: "Stability AI",
  baseUrl: "https://api.stability.ai",
  paths: {
    images: { dialect: "stability-images", path: "/v2beta/stable-image/generate/core" },
    "image-edits": { dialect: "stability-images", path: "/v2beta/stable-image/generate/sd3" },
  },
  authorize: bearer,
  flags: DEFAULT_FLAGS,
  errorClasses: [
    { match: "402", class: "quota" },
    { match: /content_moderation|^403 .*moderat/, class: "policy" },
  ],
  docs: "https://platform.stability.ai/docs/api-reference",
};
