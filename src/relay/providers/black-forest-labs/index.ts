import { header } from "#relay/providers/kit/auth.ts";
import { DEFAULT_FLAGS } from "#relay/providers/kit/openai-shaped.ts";
import type { Provider } from "#relay/providers/provider.ts";

/** Black Forest Labs: FLUX. Pictures of a queue, asked after in the region that makes them; addresses live ten minutes. */
export const blackForestLabs: Provider = {
  id: "black-forest-labs",
  name: "Black Forest Labs",
  baseUrl: "https://api.bfl.ai/v1",
  paths: { images: { dialect: "bfl-images", path: "/{model}" }, "image-edits": { dialect: "bfl-images", path: "/{model}" } },
  authorize: header("x-key"),
  flags: DEFAULT_FLAGS,
  docs: "https://docs.bfl.ai",
};
