import { bearer } from "#relay/providers/kit/auth.ts";
import { DEFAULT_FLAGS } from "#relay/providers/kit/openai-shaped.ts";
import type { Provider } from "#relay/providers/provider.ts";

/** GrsAI: pictures of a queue; what fails gives the credits back. Conversations in OpenAI's words. */
export const grsai: Provider = {
  id: "grsai",
  name: "GrsAI",
  baseUrl: "https://api.grsai.com",
  paths: { chat: { dialect: "openai-chat", path: "/v1/chat/completions" }, images: { dialect: "grsai-images", path: "/v1/draw/completions" }, "image-edits": { dialect: "grsai-images", path: "/v1/draw/completions" } },
  authorize: bearer,
  flags: DEFAULT_FLAGS,
  unconfirmed: true,
  docs: "https://grsai.com",
};
