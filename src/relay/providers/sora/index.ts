import { taskVendor } from "#relay/providers/kit/task-vendor.ts";

/** OpenAI's videos alone, for accounts that sell nothing else. Prices go by seconds and size. */
export const sora = taskVendor({
  id: "sora",
  name: "OpenAI Sora",
  baseUrl: "https://api.openai.com/v1",
  tasks: [{ protocol: "openai-videos" }],
  docs: "https://platform.openai.com/docs/api-reference/videos",
});
