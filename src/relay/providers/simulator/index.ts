import { openaiShaped } from "#relay/providers/kit/openai-shaped.ts";

/** Answers inside the process, without keys and without a vendor: for demos, smoke tests and trying things out. */
export const simulator = openaiShaped({
  id: "simulator",
  name: "Built-in simulator",
  baseUrl: "simulator://local",
  paths: {
    chat: "/chat/completions", completions: "/completions", embeddings: "/embeddings",
    images: "/images/generations", speech: "/audio/speech", moderations: "/moderations", rerank: "/rerank",
  },
  authorize: () => ({}),
  flags: { streamOptions: "unasked", stopsBillingOnAbort: true },
  keyless: true,
});
