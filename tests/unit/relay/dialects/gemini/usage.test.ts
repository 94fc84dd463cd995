import { expect, test } from "vitest";
import { normaliseUsage } from "#relay/dialects/gemini/usage.ts";

const read = (raw: object): object => {
  const { usage: { raw: _raw, ...usage }, inconsistent } = normaliseUsage(raw);
  return inconsistent ? { ...usage, inconsistent } : usage;
};
const by = (counts: Readonly<Record<string, number>>): object[] => Object.entries(counts).map(([modality, tokenCount]) => ({ modality, tokenCount }));

test.each([
  ["caches are within the prompt, tools' prompts and thoughts beside",
    { promptTokenCount: 100, cachedContentTokenCount: 40, candidatesTokenCount: 20, thoughtsTokenCount: 30, toolUsePromptTokenCount: 5 },
    { inputUncached: 65, cacheRead: 40, outputText: 20, reasoning: 30 }],
  ["only thoughts were made", { promptTokenCount: 9, thoughtsTokenCount: 30, totalTokenCount: 39 }, { inputUncached: 9, outputText: 0, reasoning: 30 }],
  ["only a prompt", { promptTokenCount: 9, totalTokenCount: 9 }, { inputUncached: 9 }],
  ["media of every kind; documents are text", { promptTokenCount: 100, promptTokensDetails: by({ TEXT: 10, AUDIO: 20, IMAGE: 30, VIDEO: 25, DOCUMENT: 15 }) },
    { inputUncached: 25, inputAudio: 20, inputImage: 30, inputVideo: 25 }],
  ["cached sound has a place of its own", { promptTokenCount: 100, cachedContentTokenCount: 60, promptTokensDetails: by({ TEXT: 50, AUDIO: 50 }), cacheTokensDetails: by({ TEXT: 20, AUDIO: 40 }) },
    { inputUncached: 30, cacheRead: 20, inputAudio: 10, cacheReadAudio: 40 }],
  ["cached images are cached text", { promptTokenCount: 100, cachedContentTokenCount: 60, promptTokensDetails: by({ TEXT: 50, IMAGE: 50 }), cacheTokensDetails: by({ TEXT: 20, IMAGE: 40 }) },
    { inputUncached: 30, cacheRead: 60, inputImage: 10 }],
  ["where it is not told, text was cached first", { promptTokenCount: 100, cachedContentTokenCount: 60, promptTokensDetails: by({ TEXT: 50, AUDIO: 50 }) },
    { inputUncached: 0, cacheRead: 50, inputAudio: 40, cacheReadAudio: 10 }],
  ["sound and images made", { promptTokenCount: 1, candidatesTokenCount: 100, candidatesTokensDetails: by({ TEXT: 10, AUDIO: 30, IMAGE: 60 }) },
    { inputUncached: 1, outputText: 10, outputAudio: 30, outputImage: 60 }],
  ["more cached than there was", { promptTokenCount: 10, cachedContentTokenCount: 90, candidatesTokenCount: 1 }, { inputUncached: 0, cacheRead: 10, outputText: 1, inconsistent: true }],
  ["more sound than there was", { promptTokenCount: 10, promptTokensDetails: by({ AUDIO: 90 }) }, { inputUncached: 10, inconsistent: true }],
  ["numbers as text, the tier", { promptTokenCount: "10", candidatesTokenCount: "0", serviceTier: "flex" }, { inputUncached: 10, outputText: 0, serviceTier: "flex" }],
  ["what is no number", { promptTokenCount: -1, candidatesTokenCount: 2 ** 41 }, { inconsistent: true }],
  ["nothing", {}, {}],
] as const)("%s", (_name, raw, expected) => expect(read(raw)).toEqual(expected));
