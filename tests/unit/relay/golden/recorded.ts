import type { DecoderOptions } from "#relay/canonical/codec.ts";
import type { CanonicalEvent } from "#relay/canonical/events.ts";
import { upstreamCodecs } from "#relay/dialects/codecs.ts";
import type { WireFormat } from "#relay/dialects/wire-format.ts";
import { providers } from "#relay/providers/index.ts";
import type { ProviderFlags } from "#relay/providers/provider.ts";
import { readRecording, recordings, type Recording } from "../../../support/recordings.ts";

/** Recordings of answers by the words that their index has for protocols, with the folder that tells endpoints apart. */
const PROTOCOLS: Readonly<Record<string, readonly [format: WireFormat, endpoint: RegExp]>> = {
  "openai-chat": ["openai-chat", /\/chat\//], "openai-responses": ["openai-responses", /\/responses\//], "anthropic-messages": ["anthropic", /\/messages\//], gemini: ["gemini", /\/generate-content\//],
  "bedrock-converse": ["bedrock-converse", /\/converse\//], "cohere-v2": ["cohere", /\/chat-v2\//], ollama: ["ollama", /\/native-chat\//],
};
const PROVIDER: Readonly<Record<string, string>> = { alibaba: "dashscope", "ollama-cloud": "ollama", google: "gemini", zai: "zhipu", lmstudio: "lm-studio", cohere: "cohere", bedrock: "bedrock" };

export type Answered = Readonly<{ recording: Recording; format: WireFormat }>;

/** Every recorded answer of a conversation. */
export const answers = (shared: string): readonly Answered[] => Object.entries(PROTOCOLS).flatMap(([protocol, [format, endpoint]]) =>
  recordings(shared, [protocol]).filter(({ dir, status, response }) => status === 200 && endpoint.test(dir) && !response.endsWith(".bin")).map((recording) => ({ recording, format })));

/** How the vendor leaves the format's own rules. */
export const providerFlags = ({ vendor }: Recording): ProviderFlags => (providers.get(PROVIDER[vendor] ?? vendor) ?? providers.get("openai-compatible")!).flags;

/** What the relay makes of it; undefined where it was an error that came as an answer. */
export function eventsOf(shared: string, { recording, format }: Answered): readonly CanonicalEvent[] | undefined {
  const codec = upstreamCodecs[format]!, { bytes } = readRecording(shared, recording);
  const options: DecoderOptions = { flags: providerFlags(recording) };
  if (!recording.streaming) {
    const events = codec.decodeReply(bytes, options);
    return events.some(({ type }) => type === "error") ? undefined : events;
  }
  const decoder = codec.streamDecoder(options);
  const events = [...decoder.push(bytes), ...decoder.end()];
  return events.at(-1)?.type === "end" ? events : undefined;
}
