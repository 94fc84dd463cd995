import { header } from "#relay/providers/kit/auth.ts";
import { DEFAULT_FLAGS } from "#relay/providers/kit/openai-shaped.ts";
import type { Provider } from "#relay/providers/provider.ts";

/**
 * ElevenLabs: speech and transcripts.
 * - the voice is part of the address: the channel's setting `voices` names them for clients
 * - errors are told as `detail`, an object with a status of its own
 * - speech by characters, transcripts by the length of the recording
 */
export const elevenlabs: Provider = {
  id: "elevenlabs",
  name: "ElevenLabs",
  baseUrl: "https://api.elevenlabs.io",
  paths: {
    speech: { dialect: "elevenlabs-speech", path: "/v1/text-to-speech" },
    transcriptions: { dialect: "elevenlabs-transcriptions", path: "/v1/speech-to-text" },
  },
  authorize: header("xi-api-key"),
  flags: DEFAULT_FLAGS,
  errorClasses: [
    { match: /quota_exceeded/, class: "quota" },
    { match: /invalid_api_key|needs_authorization|missing_permissions/, class: "auth" },
    { match: /too_many_concurrent_requests|system_busy/, class: "rate" },
    { match: /voice_not_found|invalid_uid/, class: "client" },
  ],
  docs: "https://elevenlabs.io/docs/api-reference",
};
