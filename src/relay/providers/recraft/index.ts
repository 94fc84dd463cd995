import { bearer } from "#relay/providers/kit/auth.ts";
import { DEFAULT_FLAGS } from "#relay/providers/kit/openai-shaped.ts";
import type { Provider } from "#relay/providers/provider.ts";

/**
 * Recraft: pictures.
 * - OpenAI's form with a list of sizes of its own, and style, substyle, controls
 * - a picture made of another is a form at an address of its own
 */
export const recraft: Provider = {
  id: "recraft",
  name: "Recraft",
  baseUrl: "https://external.api.recraft.ai/v1",
  paths: {
    images: { dialect: "recraft-images", path: "/images/generations" },
    "image-edits": { dialect: "recraft-images", path: "/images/generations" },
  },
  authorize: bearer,
  flags: DEFAULT_FLAGS,
  errorClasses: [{ match: "not_enough_credits", class: "quota" }],
  docs: "https://www.recraft.ai/docs",
};
