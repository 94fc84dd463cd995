import { token } from "#relay/providers/kit/auth.ts";
import { DEFAULT_FLAGS } from "#relay/providers/kit/openai-shaped.ts";
import type { Provider } from "#relay/providers/provider.ts";

/**
 * Deepgram: speech and transcripts.
 * - options in the query; recordings are sent bare
 * - model, voice and language of speech are one name (`aura-2-thalia-en`)
 */
export const deepgram: Provider = {
  id: "deepgram",
  name: "Deepgram",
  baseUrl: "https://api.deepgram.com",
  paths: {
    speech: { dialect: "deepgram-speech", path: "/v1/speak" },
    transcriptions: { dialect: "deepgram-transcriptions", path: "/v1/listen" },
  },
  authorize: token,
  flags: DEFAULT_FLAGS,
  errorClasses: [
    { match: "INSUFFICIENT_CREDITS", class: "quota" },
    { match: "ASR_PAYMENT_REQUIRED", class: "quota" },
    { match: "INVALID_AUTH", class: "auth" },
    { match: "INSUFFICIENT_PERMISSIONS", class: "auth" },
    { match: "TOO_MANY_REQUESTS", class: "rate" },
  ],
  docs: "https://developers.deepgram.com/reference",
};
