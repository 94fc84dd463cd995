import { describe, expect, test } from "vitest";
import { jsonOf, renderTranscript } from "#relay/conversion/transcription/render.ts";
import { linesOf } from "#relay/conversion/transcription/transcript.ts";
import type { Transcript, Word } from "#relay/conversion/transcription/transcript.ts";
import { readDeepgram, readElevenlabs, readText, readWorkersAi, readXai } from "#relay/conversion/transcription/vendors.ts";

const word = (text: string, start: number, end: number, speaker?: string): Word => ({ word: text, start, end, ...(speaker !== undefined && { speaker }) });
const SAID: Transcript = {
  text: "Hello there. Good bye.", language: "en", seconds: 3.7,
  segments: [{ text: " Hello there.", start: 0, end: 1.5 }, { text: "Good\n\nbye.", start: 3_661.25, end: 3_662 }], words: [word("Hello", 0, 0.5), word("there.", 0.6, 1.5)],
};
const AS = (form: "json" | "text" | "srt" | "vtt" | "verbose_json" | "diarized_json", words = false) => ({ form, task: "transcribe", words }) as const;

describe("forms of a transcript", () => {
  test("subtitles: blank lines would end them", () => {
    expect(renderTranscript(SAID, AS("srt"))).toBe("1\n00:00:00,000 --> 00:00:01,500\nHello there.\n\n2\n01:01:01,250 --> 01:01:02,000\nGood\nbye.\n");
    expect(renderTranscript(SAID, AS("vtt"))).toBe("WEBVTT\n\n00:00:00.000 --> 00:00:01.500\nHello there.\n\n01:01:01.250 --> 01:01:02.000\nGood\nbye.\n");
    expect(renderTranscript({ ...SAID, text: "", segments: [], words: [] }, AS("vtt"))).toBe("WEBVTT\n\n");
    expect(() => renderTranscript({ ...SAID, segments: [], words: [] }, AS("srt"))).toThrow(expect.objectContaining({ code: "bad_upstream_response" }));
  });

  test("JSON, plain and in detail", () => {
    expect(jsonOf(SAID, AS("json"))).toEqual({ text: SAID.text, usage: { type: "duration", seconds: 3.7 } });
    expect(jsonOf(SAID, AS("verbose_json", true))).toMatchObject({ task: "transcribe", language: "en", duration: 3.7, segments: [{ id: 0, start: 0, end: 1.5 }, { id: 1 }], words: [{ word: "Hello", start: 0, end: 0.5 }, {}] });
    expect(jsonOf(SAID, AS("verbose_json"))).not.toHaveProperty("words");
    expect(jsonOf({ ...SAID, segments: [{ text: "Hi", start: 0, end: 1, speaker: "B" }] }, AS("diarized_json"))).toMatchObject({ duration: 3.7, segments: [{ type: "transcript.text.segment", id: "seg_0", speaker: "B", text: "Hi" }] });
    expect(renderTranscript(SAID, AS("text"))).toBe("Hello there. Good bye.\n");
  });
});

describe("lines made of words", () => {
  test("end with sentences, pauses and speakers", () => {
    const words = [word("Hello", 0, 1, "A"), word("there.", 1, 2, "A"), word("Good", 2, 3, "A"), word("bye", 3, 4, "B"), word("all", 6, 7, "B")];
    expect(linesOf(words)).toEqual([
      { text: "Hello there.", start: 0, end: 2, speaker: "A" }, { text: "Good", start: 2, end: 3, speaker: "A" },
      { text: "bye", start: 3, end: 4, speaker: "B" }, { text: "all", start: 6, end: 7, speaker: "B" },
    ]);
  });

  test("are no longer than can be read, and Chinese has no blanks", () => {
    const long = linesOf(Array.from({ length: 40 }, (_, at) => word("word", at / 10, (at + 1) / 10)));
    expect(long.length).toBeGreaterThan(1);
    expect(Math.max(...long.map(({ text }) => text.length))).toBeLessThanOrEqual(90);
    expect(linesOf([word("你", 0, 1), word("好", 1, 2)])[0]!.text).toBe("你好");
  });
});

describe("what vendors answer", () => {
  test("Deepgram", () => {
    expect(readDeepgram({
      metadata: { duration: 3.69 },
      results: {
        channels: [{ alternatives: [{ transcript: "Ruby is.", words: [{ word: "ruby", punctuated_word: "Ruby", start: 0.16, end: 0.56, speaker: 0 }] }], detected_language: "en" }],
        utterances: [{ start: 0.16, end: 3.52, transcript: "Ruby is.", speaker: 1 }],
      },
    })).toEqual({ text: "Ruby is.", language: "en", seconds: 3.69, segments: [{ text: "Ruby is.", start: 0.16, end: 3.52, speaker: "B" }], words: [{ word: "Ruby", start: 0.16, end: 0.56, speaker: "A" }] });
  });

  test("ElevenLabs: words without the blanks and noises between them", () => {
    expect(readElevenlabs({
      language_code: "eng", text: "Hello you.",
      words: [
        { text: "Hello", start: 0.2, end: 0.5, type: "word", speaker_id: "speaker_7" }, { text: " ", start: 0.5, end: 0.6, type: "spacing" },
        { text: "you.", start: 0.6, end: 0.9, type: "word", speaker_id: "speaker_2" }, { text: "(laughs)", start: 1, end: 2, type: "audio_event" },
      ],
    })).toEqual({ text: "Hello you.", language: "eng", seconds: 2, segments: [], words: [{ word: "Hello", start: 0.2, end: 0.5, speaker: "A" }, { word: "you.", start: 0.6, end: 0.9, speaker: "B" }] });
  });

  test("Workers AI, old and new", () => {
    expect(readWorkersAi({ result: { text: " Hi ", word_count: 1, words: [{ word: " Hi", start: 0, end: 0.4 }] }, success: true }))
      .toEqual({ text: "Hi", language: undefined, seconds: 0.4, segments: [], words: [{ word: "Hi", start: 0, end: 0.4 }] });
    expect(readWorkersAi({ result: { transcription_info: { language: "en", duration: 5.5 }, text: "Hi", segments: [{ start: 0, end: 1, text: "Hi", words: [{ word: "Hi", start: 0, end: 1 }] }] } }))
      .toMatchObject({ language: "en", seconds: 5.5, segments: [{ text: "Hi", start: 0, end: 1 }], words: [{ word: "Hi" }] });
  });

  test("xAI, and Cohere that tells no times", () => {
    expect(readXai({ text: "Ruby is", language: "en", duration: 3.7, words: [{ text: "Ruby", start: 0.1, end: 0.4, speaker: 1 }] }))
      .toEqual({ text: "Ruby is", language: "en", seconds: 3.7, segments: [], words: [{ word: "Ruby", start: 0.1, end: 0.4, speaker: "B" }] });
    expect(readText({ text: " Ruby is" })).toEqual({ text: "Ruby is", segments: [], words: [] });
  });

  test.each([[readDeepgram, { results: {} }], [readElevenlabs, {}], [readWorkersAi, { result: {} }], [readXai, {}], [readText, {}]])("no transcript is none", (read, wire) => {
    expect(() => read(wire)).toThrow(expect.objectContaining({ code: "bad_upstream_response" }));
  });
});
