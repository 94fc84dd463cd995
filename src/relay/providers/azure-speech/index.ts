import { header } from "#relay/providers/kit/auth.ts";
import { DEFAULT_FLAGS } from "#relay/providers/kit/openai-shaped.ts";
import type { Provider } from "#relay/providers/provider.ts";

/**
 * Azure Speech: speech.
 * - each region is a host of its own (`https://westeurope.tts.speech.microsoft.com`)
 * - markup for a body, the kind of sound in a header
 */
export const azureSpeech: Provider = {
  id: "azure-speech",
  name: "Azure Speech",
  paths: { speech: { dialect: "azure-speech", path: "/cognitiveservices/v1" } },
  authorize: header("ocp-apim-subscription-key"),
  flags: DEFAULT_FLAGS,
  docs: "https://learn.microsoft.com/azure/ai-services/speech-service",
};
