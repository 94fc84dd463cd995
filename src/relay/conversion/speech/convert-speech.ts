import type { Loss } from "#relay/canonical/losses.ts";
import { NO_PARTS } from "#relay/conversion/calls/call-codec.ts";
import type { CallCodec, CallPlan } from "#relay/conversion/calls/call-codec.ts";
import { badReply, jsonBody, refused, replyOf } from "#relay/conversion/calls/vendor-reply.ts";
import { warningsOf } from "#relay/conversion/calls/warnings.ts";
import { readSpeech, voiceTable } from "#relay/conversion/speech/speech-asked.ts";
import type { SpeechAsked, SpeechFormat, Voices } from "#relay/conversion/speech/speech-asked.ts";
import { azureSpeech, deepgram, elevenlabs, gemini, minimax, mistral, xai } from "#relay/conversion/speech/vendors.ts";
import type { SpeechVendor } from "#relay/conversion/speech/vendors.ts";
import { SpeechEvents } from "#relay/conversion/speech/speech-events.ts";
import { wavOf } from "#relay/conversion/speech/wav.ts";
import type { Dialect, PassOptions, PassStream } from "#relay/dialects/dialect.ts";
import { normaliseUsage } from "#relay/dialects/gemini/usage.ts";
import { asWire, isWire, listOf, parseWire, textOf } from "#relay/dialects/stream-kit/wire.ts";
import type { Wire } from "#relay/dialects/stream-kit/wire.ts";
import type { Usage } from "#money/usage.ts";

const TYPES: Readonly<Record<SpeechFormat, string>> = {
  mp3: "audio/mpeg", opus: "audio/ogg", aac: "audio/aac", flac: "audio/flac", wav: "audio/wav", pcm: "audio/pcm",
};
/** What Google samples at, where its answer does not say. */
const GEMINI_RATE = 24_000;

/** The vendor's bytes are the answer's. */
const passed = (vendor: SpeechVendor): CallCodec => ({ dialect, body, strict }, { upstreamModel, settings }) => {
  const { codes, warn } = warningsOf(strict);
  const asked = readSpeech(asWire(parseWire(body.toString("utf8"))), vendor.voices, voiceTable(settings), warn);
  return { warnings: codes, reader: inForm(dialect), ...vendor.call(asked, upstreamModel, warn) };
};

/** Sound that comes as text inside JSON. @param soundOf the bytes; undefined where there are none */
const unpacked = (
  { voices, request }: Readonly<{ voices: Voices; request(asked: SpeechAsked, upstreamModel: string, warn: (code: Loss) => void): Wire }>, soundOf: (reply: Wire) => Buffer | undefined,
): CallCodec => ({ dialect, body, strict }, { upstreamModel, settings }) => {
  const { codes, warn } = warningsOf(strict);
  const asked = readSpeech(asWire(parseWire(body.toString("utf8"))), voices, voiceTable(settings), warn);
  const words = jsonBody(request(asked, upstreamModel, warn));
  return {
    warnings: codes, parts: NO_PARTS,
    async script(send) {
      const sound = soundOf(replyOf(await send({ body: words })));
      if (!sound) throw badReply("The upstream's reply holds no sound.");
      return { body: sound, contentType: TYPES[asked.format] };
    },
    reader: inForm(dialect),
  };
};

/** In hexadecimal digits. */
const fromMinimax = unpacked(minimax, ({ data }) => {
  const hex = textOf(asWire(data).audio);
  return hex !== "" && /^[0-9a-f]+$/i.test(hex) ? Buffer.from(hex, "hex") : undefined;
});

/** In base64, in the words of OpenAI otherwise. */
const fromMistral = unpacked(mistral, (reply) => {
  const base64 = textOf(reply.audio_data);
  return base64 === "" ? undefined : Buffer.from(base64, "base64");
});

/** Gemini: bare samples in base64, and tokens for them. */
const fromGemini: CallCodec = ({ dialect, body, strict }, { settings }) => {
  const { codes, warn } = warningsOf(strict);
  const asked = readSpeech(asWire(parseWire(body.toString("utf8"))), gemini.voices, voiceTable(settings), warn);
  const request = jsonBody(gemini.request(asked, warn));
  let told: Usage | undefined;
  return {
    warnings: codes, parts: NO_PARTS,
    spent: () => told,
    async script(send) {
      const reply = await send({ body: request });
      const wire = replyOf(reply);
      if (isWire(wire.usageMetadata)) told = normaliseUsage(wire.usageMetadata).usage;
      const blocked = textOf(asWire(wire.promptFeedback).blockReason);
      if (blocked !== "") throw refused(reply, 400, "content_policy_violation", "The text was withheld by the safety filter.");
      const sounds = listOf(asWire(asWire(listOf(wire.candidates)[0]).content).parts).map((part) => asWire(asWire(part).inlineData)).filter(({ data }) => textOf(data) !== "");
      if (sounds.length === 0) throw badReply("The upstream's reply holds no sound.");
      const samples = Buffer.concat(sounds.map(({ data }) => Buffer.from(textOf(data), "base64")));
      const rate = Number(/rate=(\d+)/.exec(textOf(sounds[0]!.mimeType))?.[1] ?? GEMINI_RATE);
      return { body: asked.format === "wav" ? wavOf(samples, rate) : samples, contentType: TYPES[asked.format] };
    },
    reader: {
      passBody: (reply, options, type) => dialect.passBody(reply, options, type),
      passStream: (options) => inEvents(options, withUsage(dialect.passStream(bare(options)), () => told)),
    },
  };
};

/** The client's reader of bare sound; in events where it wants them. */
const inForm = (dialect: Dialect): CallPlan["reader"] => ({
  passBody: (reply, options, type) => dialect.passBody(reply, options, type),
  passStream: (options) => inEvents(options, dialect.passStream(bare(options))),
});

const bare = (options: PassOptions): PassOptions => (options.media?.events === true ? { ...options, media: { ...options.media, events: false } } : options);
const inEvents = (options: PassOptions, sound: PassStream): PassStream => (options.media?.events === true ? new SpeechEvents(sound) : sound);

/** The vendor's tokens beside what is counted of the sound itself. */
function withUsage(stream: PassStream, told: () => Usage | undefined): PassStream {
  const add = (): void => {
    const usage = told();
    if (!usage) return;
    stream.facts.usage = { ...usage, ...(stream.facts.usage?.items && { items: stream.facts.usage.items }) };
    stream.facts.usageEstimated = false;
  };
  return {
    facts: stream.facts,
    headed: (type) => stream.headed?.(type),
    push(chunk) {
      const out = stream.push(chunk);
      add();
      return out;
    },
    end() {
      const out = stream.end();
      add();
      return out;
    },
    tail: () => stream.tail(),
  };
}

/** Speech by the protocol that it is asked for in. */
export const speechCodecs = {
  "elevenlabs-speech": passed(elevenlabs),
  "deepgram-speech": passed(deepgram),
  "azure-speech": passed(azureSpeech),
  "xai-speech": passed(xai),
  "minimax-speech": fromMinimax,
  "mistral-speech": fromMistral,
  "gemini-speech": fromGemini,
} as const;
