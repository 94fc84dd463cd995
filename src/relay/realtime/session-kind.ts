import type { Quantities } from "#money/usage.ts";

/** What a session is for: talking with a model, or having one write down what is said. */
export type SessionKind = "conversation" | "transcription";

/** A minute of speech: each way, or into a model that writes it down. */
export const MINUTE: Readonly<Record<SessionKind, Quantities>> = {
  conversation: { input_audio: 600, output_audio: 1_200 },
  transcription: { input_audio: 600, output: 300 },
};

export const MINUTE_MS = 60_000;

/** For the limits of tokens. */
export const minuteTokens = (kind: SessionKind): number => Object.values(MINUTE[kind]).reduce((sum, tokens) => sum + tokens, 0);
