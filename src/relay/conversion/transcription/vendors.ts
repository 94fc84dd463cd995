import { badReply } from "#relay/conversion/calls/vendor-reply.ts";
import type { Segment, Transcript, Word } from "#relay/conversion/transcription/transcript.ts";
import { asWire, listOf, textOf } from "#relay/dialects/stream-kit/wire.ts";
import type { Wire } from "#relay/dialects/stream-kit/wire.ts";

const numberOf = (value: Wire[string] | undefined): number | undefined => (typeof value === "number" && value >= 0 ? value : undefined);
const speakerOf = (value: Wire[string] | undefined): Readonly<{ speaker?: string }> =>
  typeof value === "number" ? { speaker: letterOf(value) } : typeof value === "string" && value !== "" ? { speaker: value } : {};

/** Speakers are named A, B, … as OpenAI does. */
const letterOf = (number: number): string => String.fromCharCode(65 + (number % 26));

/** Deepgram: channels of alternatives; utterances where they were asked for. */
export function readDeepgram(wire: Wire): Transcript {
  const results = asWire(wire.results), channel = asWire(listOf(results.channels)[0]), best = asWire(listOf(channel.alternatives)[0]);
  if (typeof best.transcript !== "string") throw badReply("The upstream's reply holds no transcript.");
  return {
    text: best.transcript,
    language: textOf(channel.detected_language) || undefined,
    seconds: numberOf(asWire(wire.metadata).duration),
    segments: listOf(results.utterances).map(asWire).map((one): Segment => ({ text: textOf(one.transcript), start: numberOf(one.start) ?? 0, end: numberOf(one.end) ?? 0, ...speakerOf(one.speaker) })),
    words: listOf(best.words).map(asWire).map((one): Word => ({ word: textOf(one.punctuated_word) || textOf(one.word), start: numberOf(one.start) ?? 0, end: numberOf(one.end) ?? 0, ...speakerOf(one.speaker) })),
  };
}

/** ElevenLabs: words with their times, blanks and noises among them. */
export function readElevenlabs(wire: Wire): Transcript {
  if (typeof wire.text !== "string") throw badReply("The upstream's reply holds no transcript.");
  const said = listOf(wire.words).map(asWire).filter(({ type }) => type === undefined || type === "word");
  const last = listOf(wire.words).map(asWire).at(-1);
  const speakers = new Map<string, string>();
  const named = (id: string): string => {
    if (!speakers.has(id)) speakers.set(id, letterOf(speakers.size));
    return speakers.get(id)!;
  };
  return {
    text: wire.text,
    language: textOf(wire.language_code) || undefined,
    seconds: numberOf(wire.audio_duration_secs) ?? numberOf(last?.end),
    segments: [],
    words: said.map((one): Word => {
      const speaker = textOf(one.speaker_id);
      return { word: textOf(one.text), start: numberOf(one.start) ?? 0, end: numberOf(one.end) ?? 0, ...(speaker !== "" && { speaker: named(speaker) }) };
    }),
  };
}

/** xAI: words with their times. */
export function readXai(wire: Wire): Transcript {
  if (typeof wire.text !== "string") throw badReply("The upstream's reply holds no transcript.");
  return {
    text: wire.text, language: textOf(wire.language) || undefined, seconds: numberOf(wire.duration), segments: [],
    words: listOf(wire.words).map(asWire).map((one): Word => ({ word: textOf(one.text), start: numberOf(one.start) ?? 0, end: numberOf(one.end) ?? 0, ...speakerOf(one.speaker) })),
  };
}

/** Words alone. */
export function readText({ text }: Wire): Transcript {
  if (typeof text !== "string") throw badReply("The upstream's reply holds no transcript.");
  return { text: text.trim(), segments: [], words: [] };
}

/** Workers AI: Whisper's segments, or words alone of its older kinds. */
export function readWorkersAi(wire: Wire): Transcript {
  const result = asWire(wire.result ?? wire), info = asWire(result.transcription_info);
  if (typeof result.text !== "string") throw badReply("The upstream's reply holds no transcript.");
  const segments = listOf(result.segments).map(asWire);
  const words = (segments.length > 0 ? segments.flatMap((one) => listOf(one.words)) : listOf(result.words)).map(asWire);
  return {
    text: result.text.trim(),
    language: textOf(info.language) || undefined,
    seconds: numberOf(info.duration) ?? numberOf(segments.at(-1)?.end) ?? numberOf(words.at(-1)?.end),
    segments: segments.map((one): Segment => ({ text: textOf(one.text), start: numberOf(one.start) ?? 0, end: numberOf(one.end) ?? 0 })),
    words: words.map((one): Word => ({ word: textOf(one.word).trim(), start: numberOf(one.start) ?? 0, end: numberOf(one.end) ?? 0 })),
  };
}
