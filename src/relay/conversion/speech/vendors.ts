import type { CallPlan } from "#relay/conversion/calls/call-codec.ts";
import { jsonBody } from "#relay/conversion/calls/vendor-reply.ts";
import type { SpeechAsked, SpeechFormat, Voices } from "#relay/conversion/speech/speech-asked.ts";
import { compact, isWire } from "#relay/dialects/stream-kit/wire.ts";
import type { Wire } from "#relay/dialects/stream-kit/wire.ts";

/** A call that is answered with bare sound. */
export type SpeechCall = Pick<CallPlan, "parts" | "headers" | "query" | "path">;

/** A vendor that answers with bare sound, which passes as it comes. */
export type SpeechVendor = Readonly<{ voices: Voices; call(asked: SpeechAsked, upstreamModel: string, warn: (code: string) => void): SpeechCall }>;

const ELEVENLABS_FORMATS: Readonly<Partial<Record<SpeechFormat, string>>> = { mp3: "mp3_44100_128", opus: "opus_48000_128", pcm: "pcm_24000" };
/** Bounds of what ElevenLabs calls speed. */
const ELEVENLABS_SLOW = 0.7, ELEVENLABS_FAST = 1.2;

/** ElevenLabs: the voice is in the address, by an id that only the account's owner knows. */
export const elevenlabs: SpeechVendor = {
  voices: { names: {}, formats: ["mp3", "opus", "pcm"] },
  call({ text, voice, format, speed, instructions, others }, model, warn) {
    if (instructions !== undefined) warn("instructions_dropped");
    const own = speed === undefined ? undefined : Math.min(Math.max(speed, ELEVENLABS_SLOW), ELEVENLABS_FAST);
    if (own !== speed) warn("speed_clamped");
    const settings = compact({ ...(isWire(others.voice_settings) ? others.voice_settings : {}), speed: own });
    return {
      path: (pathname) => `${pathname}/${encodeURIComponent(voice)}`,
      query: { output_format: ELEVENLABS_FORMATS[format]! },
      headers: ANY_SOUND,
      parts: jsonBody(compact({ ...others, text, model_id: model, voice_settings: Object.keys(settings).length > 0 ? settings : undefined })),
    };
  },
};

const ANY_SOUND = { accept: "*/*" };

const DEEPGRAM_FORMATS: Readonly<Record<SpeechFormat, Readonly<Record<string, string>>>> = {
  mp3: { encoding: "mp3" },
  opus: { encoding: "opus", container: "ogg" },
  aac: { encoding: "aac" },
  flac: { encoding: "flac" },
  wav: { encoding: "linear16", container: "wav", sample_rate: "24000" },
  pcm: { encoding: "linear16", container: "none", sample_rate: "24000" },
};
/** `aura-2-thalia-en`: family, voice, language. */
const DEEPGRAM_MODEL = /^(aura(?:-\d+)?)-([a-z]+)-([a-z-]+)$/;

/** Deepgram: model, voice and language are one word; a voice by its bare name takes the place of the model's. */
export const deepgram: SpeechVendor = {
  voices: {
    names: { alloy: "thalia", ash: "apollo", ballad: "orpheus", coral: "helena", echo: "arcas", fable: "draco", nova: "andromeda", onyx: "zeus", sage: "athena", shimmer: "luna", verse: "aries", cedar: "atlas", marin: "asteria" },
    formats: ["mp3", "opus", "aac", "flac", "wav", "pcm"],
  },
  call({ text, voice, format, speed, instructions }, model, warn) {
    if (speed !== undefined && speed !== 1) warn("speed_dropped");
    if (instructions !== undefined) warn("instructions_dropped");
    const [, family, , language] = DEEPGRAM_MODEL.exec(model) ?? [];
    const full = DEEPGRAM_MODEL.test(voice) ? voice : family === undefined ? `${model}-${voice}-en` : `${family}-${voice}-${language}`;
    return { query: { model: full, ...DEEPGRAM_FORMATS[format] }, headers: ANY_SOUND, parts: jsonBody({ text }) };
  },
};

const AZURE_FORMATS: Readonly<Partial<Record<SpeechFormat, string>>> = {
  mp3: "audio-24khz-96kbitrate-mono-mp3", opus: "ogg-24khz-16bit-mono-opus", wav: "riff-24khz-16bit-mono-pcm", pcm: "raw-24khz-16bit-mono-pcm",
};
/** `en-US-AvaMultilingualNeural`, and longer ones for high definition. */
const AZURE_LANGUAGE = /^([a-z]{2,3}-[A-Z][A-Za-z]{1,3})-/;

/** Azure Speech: markup with the voice in it, the kind of sound in a header. */
export const azureSpeech: SpeechVendor = {
  voices: {
    names: Object.fromEntries(["alloy", "echo", "fable", "onyx", "nova", "shimmer"].map((name) => [name, `en-US-${name[0]!.toUpperCase()}${name.slice(1)}MultilingualNeural`])),
    formats: ["mp3", "opus", "wav", "pcm"],
  },
  call({ text, voice, format, speed, instructions }, _model, warn) {
    if (instructions !== undefined) warn("instructions_dropped");
    const language = AZURE_LANGUAGE.exec(voice)?.[1] ?? "en-US";
    const spoken = speed === undefined || speed === 1 ? xml(text) : `<prosody rate="${Math.round((speed - 1) * 100)}%">${xml(text)}</prosody>`;
    return {
      headers: { "content-type": "application/ssml+xml", "x-microsoft-outputformat": AZURE_FORMATS[format]!, ...ANY_SOUND },
      parts: [Buffer.from(`<speak version="1.0" xmlns="http://www.w3.org/2001/10/synthesis" xml:lang="${language}"><voice name="${xml(voice)}">${spoken}</voice></speak>`)],
    };
  },
};

const ENTITIES: Readonly<Record<string, string>> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&apos;" };
/** Text between tags; characters that markup cannot hold at all are left out. */
const xml = (text: string): string => text.replaceAll(/[&<>"']/g, (letter) => ENTITIES[letter]!).replaceAll(NOT_XML, "");
const NOT_XML = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/g;

const XAI_FORMATS: Readonly<Partial<Record<SpeechFormat, Wire>>> = {
  mp3: { codec: "mp3", sample_rate: 24_000, bit_rate: 128_000 }, wav: { codec: "wav", sample_rate: 24_000 }, pcm: { codec: "pcm", sample_rate: 24_000 },
};

/** xAI: one model, which is not named. */
export const xai: SpeechVendor = {
  voices: {
    names: { alloy: "sal", ash: "rex", ballad: "leo", cedar: "leo", coral: "ara", echo: "rex", fable: "ara", marin: "ara", nova: "eve", onyx: "leo", sage: "sal", shimmer: "eve", verse: "sal" },
    formats: ["mp3", "wav", "pcm"],
  },
  call({ text, voice, format, speed, instructions, others }, _model, warn) {
    if (instructions !== undefined) warn("instructions_dropped");
    return { headers: ANY_SOUND, parts: jsonBody(compact({ language: "auto", ...others, text, voice_id: voice, output_format: XAI_FORMATS[format], speed })) };
  },
};

/** Mistral's voices have names of their own; its answers are JSON. */
export const mistral = {
  voices: {
    names: { alloy: "gb_jane_neutral", ash: "en_paul_neutral", coral: "gb_jane_neutral", echo: "en_paul_neutral", fable: "gb_jane_neutral", nova: "gb_jane_neutral", onyx: "en_paul_neutral", sage: "gb_jane_neutral", shimmer: "gb_jane_neutral", verse: "en_paul_neutral" },
    formats: ["mp3", "opus", "flac", "wav", "pcm"],
  } satisfies Voices,
  request({ text, voice, format, speed, instructions, others }: SpeechAsked, model: string, warn: (code: string) => void): Wire {
    if (speed !== undefined && speed !== 1) warn("speed_dropped");
    if (instructions !== undefined) warn("instructions_dropped");
    return compact({ model, input: text, voice, response_format: format, ref_audio: others.ref_audio });
  },
} as const;

/** What MiniMax is asked; it answers in JSON. */
export const minimax = {
  voices: {
    names: {
      alloy: "English_Trustworthy_Man", ash: "English_Persuasive_Man", ballad: "English_Gentle-voiced_man", coral: "English_radiant_girl", echo: "English_magnetic_voiced_man",
      fable: "English_captivating_female1", nova: "English_Upbeat_Woman", onyx: "English_Deep-VoicedGentleman", sage: "English_Wiselady", shimmer: "English_Graceful_Lady", verse: "English_expressive_narrator",
    },
    formats: ["mp3", "flac", "wav", "pcm"],
  } satisfies Voices,
  request({ text, voice, format, speed, instructions, others }: SpeechAsked, model: string, warn: (code: string) => void): Wire {
    if (instructions !== undefined) warn("instructions_dropped");
    const own = speed === undefined ? undefined : Math.min(Math.max(speed, 0.5), 2);
    if (own !== speed) warn("speed_clamped");
    const setting = isWire(others.voice_setting) ? others.voice_setting : {};
    return compact({
      ...others, model, text, stream: false, output_format: "hex",
      voice_setting: compact({ ...setting, voice_id: voice, speed: own }),
      audio_setting: { format, sample_rate: format === "mp3" ? 32_000 : 24_000, ...(format === "mp3" && { bitrate: 128_000 }), channel: 1 },
    });
  },
} as const;

/** Google's voices have names of their own; a way of speaking is said before the text. */
export const gemini = {
  voices: {
    names: {
      alloy: "Kore", ash: "Orus", ballad: "Algieba", cedar: "Iapetus", coral: "Autonoe", echo: "Charon", fable: "Umbriel", marin: "Aoede", nova: "Leda", onyx: "Fenrir",
      sage: "Sulafat", shimmer: "Zephyr", verse: "Puck",
    },
    formats: ["wav", "pcm"],
  } satisfies Voices,
  request({ text, voice, speed, instructions }: SpeechAsked, warn: (code: string) => void): Wire {
    if (speed !== undefined && speed !== 1) warn("speed_dropped");
    return {
      contents: [{ role: "user", parts: [{ text: instructions === undefined ? text : `${instructions}\n\n${text}` }] }],
      generationConfig: { responseModalities: ["AUDIO"], speechConfig: { voiceConfig: { prebuiltVoiceConfig: { voiceName: voice } } } },
    };
  },
} as const;
