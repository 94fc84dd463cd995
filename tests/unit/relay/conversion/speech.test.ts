import { describe, expect, test } from "vitest";
import { isInMemory, type BodyPart } from "#platform/outbound/body-part.ts";
import type { JsonObject } from "#relay/canonical/request.ts";
import { readSpeech, voiceTable } from "#relay/conversion/speech/speech-asked.ts";
import type { Voices } from "#relay/conversion/speech/speech-asked.ts";
import { azureSpeech, deepgram, elevenlabs, gemini, minimax, mistral, xai } from "#relay/conversion/speech/vendors.ts";
import { wavOf } from "#relay/conversion/speech/wav.ts";

const ignore = (): void => undefined;
const ask = (voices: Voices, wire: JsonObject, table: Record<string, string> = {}, warn: (code: string) => void = ignore) =>
  readSpeech({ input: "Hi & bye", voice: "alloy", ...wire }, voices, table, warn);
const json = (parts: readonly BodyPart[]): unknown => JSON.parse(Buffer.concat(parts.filter(isInMemory)).toString());

describe("voices", () => {
  test("the channel's own names come first, then those of OpenAI, then any are the vendor's", () => {
    expect(ask(deepgram.voices, {}).voice).toBe("thalia");
    expect(ask(deepgram.voices, {}, { alloy: "zeus" }).voice).toBe("zeus");
    expect(ask(deepgram.voices, { voice: "aura-2-odysseus-en" }).voice).toBe("aura-2-odysseus-en");
    expect(ask(elevenlabs.voices, { voice: { id: "21m00Tcm4TlvDq8ikWAM" } }).voice).toBe("21m00Tcm4TlvDq8ikWAM");
    expect(ask(elevenlabs.voices, {}, voiceTable({ voices: { alloy: "abc", nova: 3 } })).voice).toBe("abc");
  });

  test("a voice of OpenAI's that nobody has named here is refused, and so is none", () => {
    expect(() => ask(elevenlabs.voices, {})).toThrow(expect.objectContaining({ code: "invalid_value" }));
    expect(() => ask(elevenlabs.voices, { voice: "constructor" })).not.toThrow();
    expect(() => ask(deepgram.voices, { voice: "" })).toThrow(expect.objectContaining({ code: "missing_required_parameter" }));
  });
});

describe("kinds of sound", () => {
  test.each([["wav", elevenlabs.voices], ["mp3", gemini.voices], ["opus", minimax.voices], ["flac", azureSpeech.voices], ["ogg", deepgram.voices]])("%s is refused where it is not offered", (format, voices) => {
    expect(() => ask(voices, { voice: "v", response_format: format })).toThrow(expect.objectContaining({ code: "unsupported_format" }));
  });

  test("who names none gets what there is, and is told", () => {
    const warned: string[] = [];
    expect(ask(gemini.voices, {}, {}, (code) => warned.push(code)).format).toBe("wav");
    expect(ask(deepgram.voices, {}, {}, (code) => warned.push(code)).format).toBe("mp3");
    expect(warned).toEqual(["format_adjusted"]);
  });
});

describe("what a vendor is asked", () => {
  test("ElevenLabs", () => {
    const warned: string[] = [];
    const { path, query, parts } = elevenlabs.call(ask(elevenlabs.voices, { voice: "a/b", speed: 2, instructions: "softly", seed: 4 }), "eleven_v3", (code) => warned.push(code));
    expect(path!("/v1/text-to-speech")).toBe("/v1/text-to-speech/a%2Fb");
    expect(query).toEqual({ output_format: "mp3_44100_128" });
    expect(json(parts)).toEqual({ text: "Hi & bye", model_id: "eleven_v3", seed: 4, voice_settings: { speed: 1.2 } });
    expect(warned).toEqual(["instructions_dropped", "speed_clamped"]);
  });

  test.each([
    ["aura-2-thalia-en", "zeus", "aura-2-zeus-en"], ["aura-2-thalia-en", "aura-2-odysseus-en", "aura-2-odysseus-en"], ["aura-2", "zeus", "aura-2-zeus-en"],
  ])("Deepgram's %s with %s is %s", (model, voice, full) => {
    const { query, parts } = deepgram.call(ask(deepgram.voices, { voice, response_format: "wav" }), model, ignore);
    expect(query).toEqual({ model: full, encoding: "linear16", container: "wav", sample_rate: "24000" });
    expect(json(parts)).toEqual({ text: "Hi & bye" });
  });

  test("Azure Speech: markup that text cannot leave", () => {
    const { parts, headers } = azureSpeech.call(ask(azureSpeech.voices, { speed: 1.25, input: "a < b\u0000 & 'c'" }), "azure", ignore);
    expect(headers).toMatchObject({ "content-type": "application/ssml+xml", "x-microsoft-outputformat": "audio-24khz-96kbitrate-mono-mp3" });
    expect(Buffer.concat(parts.filter(isInMemory)).toString()).toBe(
      '<speak version="1.0" xmlns="http://www.w3.org/2001/10/synthesis" xml:lang="en-US"><voice name="en-US-AlloyMultilingualNeural"><prosody rate="25%">a &lt; b &amp; &apos;c&apos;</prosody></voice></speak>',
    );
  });

  test("xAI and Mistral", () => {
    const { parts } = xai.call(ask(xai.voices, { speed: 1.1, language: "en" }), "grok-tts", ignore);
    expect(json(parts)).toEqual({ text: "Hi & bye", voice_id: "sal", language: "en", speed: 1.1, output_format: { codec: "mp3", sample_rate: 24_000, bit_rate: 128_000 } });
    expect(mistral.request(ask(mistral.voices, { voice: "voice_592", response_format: "opus" }), "voxtral", ignore)).toEqual({ model: "voxtral", input: "Hi & bye", voice: "voice_592", response_format: "opus" });
  });

  test("MiniMax and Gemini", () => {
    expect(minimax.request(ask(minimax.voices, { response_format: "pcm", voice_setting: { emotion: "happy" } }), "speech-2.6-hd", ignore)).toEqual({
      model: "speech-2.6-hd", text: "Hi & bye", stream: false, output_format: "hex",
      voice_setting: { emotion: "happy", voice_id: "English_Trustworthy_Man" }, audio_setting: { format: "pcm", sample_rate: 24_000, channel: 1 },
    });
    expect(gemini.request(ask(gemini.voices, { instructions: "Say cheerfully:" }), ignore)).toEqual({
      contents: [{ role: "user", parts: [{ text: "Say cheerfully:\n\nHi & bye" }] }],
      generationConfig: { responseModalities: ["AUDIO"], speechConfig: { voiceConfig: { prebuiltVoiceConfig: { voiceName: "Kore" } } } },
    });
  });
});

test("a WAV's head says how much follows, and how fast", () => {
  const wav = wavOf(Buffer.alloc(480), 24_000);
  expect(wav.length).toBe(524);
  expect(wav.toString("latin1", 0, 4) + wav.toString("latin1", 8, 16) + wav.toString("latin1", 36, 40)).toBe("RIFFWAVEfmt data");
  expect([wav.readUInt32LE(4), wav.readUInt16LE(20), wav.readUInt16LE(22), wav.readUInt32LE(24), wav.readUInt32LE(28), wav.readUInt16LE(34), wav.readUInt32LE(40)])
    .toEqual([516, 1, 1, 24_000, 48_000, 16, 480]);
});
