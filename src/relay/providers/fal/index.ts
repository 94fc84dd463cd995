import { DEFAULT_FLAGS } from "#relay/providers/kit/openai-shaped.ts";
import type { Provider } from "#relay/providers/provider.ts";

/** fal: applications of many makers behind one queue; no usage in replies, so prices go by the picture. */
export const fal: Provider = {
  id: "fal",
  name: "fal",
  baseUrl: "https://queue.fal.run",
  paths: { images: { dialect: "fal-images", path: "/{model}" }, "image-edits": { dialect: "fal-images", path: "/{model}" } },
  authorize: (key) => ({ authorization: `Key ${key}` }),
  flags: DEFAULT_FLAGS,
  docs: "https://docs.fal.ai",
};
