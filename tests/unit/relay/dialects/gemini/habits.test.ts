import { describe, expect, test } from "vitest";
import { convert, convertWhole, decode, flagsOf, FORMATS, framings, hear, metered, pass, passWhole, type Heard } from "../../../../support/heard.ts";

type Part = Readonly<Record<string, unknown>>;

const event = (value: object): string => `data: ${JSON.stringify({ modelVersion: "up", responseId: "r", ...value })}\n\n`;
const chunk = (parts: readonly Part[], more: object = {}, candidate: object = {}): string => event({ candidates: [{ content: { role: "model", parts }, index: 0, ...candidate }], ...more });
const said = (...texts: string[]): string => texts.map((text) => chunk([{ text }])).join("");
const USAGE = { promptTokenCount: 5, candidatesTokenCount: 7, totalTokenCount: 12 };
const end = (finishReason: unknown = "STOP", usageMetadata: object = USAGE): string => chunk([{ text: "" }], { usageMetadata }, { finishReason });

const SAID = said("Hi ", "you.");
const PLAIN: Heard = { text: "Hi you.", thoughts: "", refusal: "", calls: [], finish: "stop", error: undefined, usage: [5, 7] };
const CALLED = (...calls: Heard["calls"]): Partial<Heard> => ({ text: "", calls, finish: "tool-calls" });

type Habit = readonly [name: string, stream: string, heard: Partial<Heard>];

const USAGES: readonly Habit[] = [
  ["thoughts beside the candidates", SAID + end("STOP", { promptTokenCount: 5, candidatesTokenCount: 4, thoughtsTokenCount: 3, totalTokenCount: 12 }), {}],
  ["thoughts alone", SAID + end("STOP", { promptTokenCount: 5, thoughtsTokenCount: 7, totalTokenCount: 12 }), {}],
  ["what tools put into the prompt", SAID + end("STOP", { promptTokenCount: 3, toolUsePromptTokenCount: 2, candidatesTokenCount: 7, totalTokenCount: 12 }), {}],
  ["from the cache", SAID + end("STOP", { ...USAGE, cachedContentTokenCount: 4, cacheTokensDetails: [{ modality: "TEXT", tokenCount: 4 }] }), {}],
  ["growing in every chunk", [1, 3].map((candidatesTokenCount, at) => chunk([{ text: ["Hi ", "you."][at] }], { usageMetadata: { promptTokenCount: 5, candidatesTokenCount } })).join("") + end(), {}],
  ["less told at the end", chunk([{ text: "Hi you." }], { usageMetadata: { ...USAGE, promptTokensDetails: [{ modality: "TEXT", tokenCount: 5 }] } }) + end("STOP", { candidatesTokenCount: 7 }), {}],
  ["none at the end", chunk([{ text: "Hi you." }], { usageMetadata: USAGE }) + chunk([], {}, { finishReason: "STOP" }), {}],
  ["empty at the end", chunk([{ text: "Hi you." }], { usageMetadata: USAGE }) + end("STOP", {}), {}],
  ["in a chunk of its own", SAID + chunk([], {}, { finishReason: "STOP" }) + event({ usageMetadata: USAGE }), {}],
  ["as text", SAID + end("STOP", { promptTokenCount: "5", candidatesTokenCount: "7" }), {}],
];

const CHUNKS: readonly Habit[] = [
  ["an end in every chunk", chunk([{ text: "Hi " }], {}, { finishReason: "STOP" }) + chunk([{ text: "you." }], { usageMetadata: USAGE }, { finishReason: "STOP" }), {}],
  ["an unspecified end in every chunk", chunk([{ text: "Hi " }], {}, { finishReason: "FINISH_REASON_UNSPECIFIED" }) + said("you.") + end(), {}],
  ["no content at the end", SAID + event({ candidates: [{ finishReason: "STOP" }], usageMetadata: USAGE }), {}],
  ["no index", (SAID + end()).replaceAll(",\"index\":0", ""), {}],
  ["content without parts", event({ candidates: [{ content: { role: "model" } }] }) + event({ candidates: [{ content: {} }] }) + event({ candidates: [] }) + SAID + end(), {}],
  ["another's end", SAID + end() + "data: [DONE]\n\n", {}],
  ["the last event without a line end", (SAID + end()).trimEnd(), {}],
  ["several in one line", (SAID + end()).replaceAll("\n\ndata: ", ""), {}],
  ["events without a line between them", (SAID + end()).replaceAll("\n\n", "\n"), {}],
  ["an event that is null", "data: null\n\n" + SAID + end(), {}],
  ["lists in events", (SAID + end()).replaceAll(/data: (.*)/g, "data: [$1]"), {}],
];

const PARTS: readonly Habit[] = [
  ["thoughts", chunk([{ text: "H", thought: true }]) + chunk([{ text: "m.", thought: true }]) + SAID + end(), { thoughts: "Hm." }],
  ["thoughts and text in one chunk", chunk([{ text: "Hm.", thought: true }, { text: "Hi " }]) + said("you.") + end(), { thoughts: "Hm." }],
  ["thoughts after the text", said("Hi ") + chunk([{ text: "Hm.", thought: true }]) + said("you.") + end(), { thoughts: "Hm." }],
  ["a signature on an empty text", SAID + chunk([{ text: "", thoughtSignature: "U0lH" }]) + end(), {}],
  ["a signature alone", SAID + chunk([{ thoughtSignature: "U0lH" }]) + end(), {}],
  ["a call", chunk([{ functionCall: { name: "f", args: { x: 1 } } }]) + end(), CALLED(["f", { x: 1 }])],
  ["a call with id and signature", chunk([{ functionCall: { id: "c1", name: "f", args: { x: 1 } }, thoughtSignature: "U0lH" }]) + end(), CALLED(["f", { x: 1 }])],
  ["two calls of one function", chunk([{ functionCall: { name: "f", args: { x: 1 } } }, { functionCall: { name: "f", args: { x: 2 } } }]) + end(), CALLED(["f", { x: 1 }], ["f", { x: 2 }])],
  ["no arguments", chunk([{ functionCall: { name: "f" } }, { functionCall: { name: "g", args: null } }, { functionCall: { name: "h", args: {} } }]) + end(), CALLED(["f", {}], ["g", {}], ["h", {}])],
  ["text before a call", SAID + chunk([{ functionCall: { name: "f", args: {} } }]) + end(), { calls: [["f", {}]], finish: "tool-calls" }],
  ["code that the vendor ran", chunk([{ executableCode: { language: "PYTHON", code: "1+1" } }]) + chunk([{ codeExecutionResult: { outcome: "OUTCOME_OK", output: "2" } }]) + SAID + end(), {}],
  ["sources", said("Hi ") + chunk([{ text: "you." }], { usageMetadata: USAGE }, { finishReason: "STOP", groundingMetadata: { webSearchQueries: ["x"], groundingChunks: [{ web: { uri: "https://a.example", title: "A" } }], groundingSupports: [{ segment: { endIndex: 7, text: "Hi you." }, groundingChunkIndices: [0] }] } }), {}],
  ["a part of tomorrow", chunk([{ hologram: { shape: "cube" } }]) + SAID + end(), {}],
  ["several answers", SAID + event({ candidates: [{ content: { parts: [{ text: "Hello." }] }, index: 1, finishReason: "STOP" }] }) + end(), {}],
];

const REASONS: readonly Habit[] = ([
  ["MAX_TOKENS", "length"], ["SAFETY", "content-filter"], ["RECITATION", "content-filter"], ["LANGUAGE", "content-filter"], ["BLOCKLIST", "content-filter"], ["PROHIBITED_CONTENT", "content-filter"],
  ["SPII", "content-filter"], ["IMAGE_SAFETY", "content-filter"], ["OTHER", "stop"], ["NO_IMAGE", "stop"], ["OF_TOMORROW", "stop"], [1, "stop"], [2, "length"],
] as const).map(([reason, finish]) => [`the reason ${reason}`, SAID + end(reason), { finish }]);

const flags = flagsOf("gemini");

const heardBy = (format: string, heard: Heard): Heard => (heard.finish === "content-filter" && format === "anthropic" ? { ...heard, finish: "refusal" } : heard);

/** The same objects as a list, which is what comes where events were not asked for. */
const asList = (stream: string): string | undefined => {
  const objects = stream.split("\n").flatMap((line) => (line.startsWith("data: {") ? [line.slice(6)] : []));
  return objects.length > 1 ? `[${objects.join("\n,\r\n")}\n]\n` : undefined;
};

describe.each([["usage", USAGES], ["chunks", CHUNKS], ["parts", PARTS], ["reasons", REASONS]] as const)("%s", (_group, habits) => {
  test.each(habits)("%s", (_name, stream, more) => {
    const expected = { ...PLAIN, ...more };
    const list = asList(stream), listed = list === undefined ? [] : [[Buffer.from(list)], Array.from(Buffer.from(list), (byte) => Buffer.of(byte))];
    for (const pieces of [...framings(stream), ...listed]) {
      expect(hear(decode("gemini", pieces, flags))).toEqual(expected);
      const passed = pass("gemini", pieces, flags);
      expect(passed.heard).toEqual(expected);
      expect(passed.facts).toMatchObject({ complete: true, content: true });
      expect(metered(passed.facts)).toEqual(expected.usage);
    }
    for (const format of FORMATS) expect([format, convert("gemini", format, [Buffer.from(stream)], flags).heard]).toEqual([format, heardBy(format, expected)]);
    for (const format of FORMATS) expect([format, convertWhole("gemini", format, Buffer.from(stream), flags).heard]).toEqual([format, heardBy(format, expected)]);
    expect(passWhole("gemini", Buffer.from(stream), flags).heard).toEqual(expected);
  });
});

test.each(["SAFETY", "OTHER", "BLOCKLIST", "PROHIBITED_CONTENT", "IMAGE_SAFETY"])("a prompt that is refused: %s", (blockReason) => {
  const stream = event({ promptFeedback: { blockReason }, usageMetadata: { promptTokenCount: 5, totalTokenCount: 5 } });
  for (const pieces of framings(stream)) {
    expect(pass("gemini", pieces, flags).facts).toMatchObject({ complete: true, blocked: true });
    expect(hear(decode("gemini", pieces, flags))).toMatchObject({ finish: "content-filter", text: "" });
  }
  expect(convert("gemini", "anthropic", [Buffer.from(stream)], flags).heard.finish).toBe("refusal");
  expect(convert("gemini", "openai-chat", [Buffer.from(stream)], flags).facts.error).toMatchObject({ code: "content_policy_violation" });
});

test.each([
  ["an error", "{\"error\":{\"code\":503,\"message\":\"boom\",\"status\":\"UNAVAILABLE\"}}"], ["in a list", "[{\"error\":{\"code\":503,\"message\":\"boom\",\"status\":\"UNAVAILABLE\"}}]"],
])("%s in place of an answer, or in its middle", (_name, error) => {
  for (const stream of [`data: ${error}\n\n`, `${SAID}data: ${error}\n\n`, error]) {
    for (const pieces of [[Buffer.from(stream)], Array.from(Buffer.from(stream), (byte) => Buffer.of(byte))]) {
      expect(hear(decode("gemini", pieces, flags)).error).toBe("boom");
      expect(pass("gemini", pieces, flags).facts.error).toMatchObject({ status: 503, message: "boom" });
    }
  }
});

test("searches are counted by the model that was named once", () => {
  const stream = event({ modelVersion: "gemini-3-pro", candidates: [{ content: { parts: [{ text: "Hi." }] }, index: 0 }] })
    + `data: ${JSON.stringify({ candidates: [{ index: 0, finishReason: "STOP", groundingMetadata: { webSearchQueries: ["x", "y"] } }], usageMetadata: USAGE })}\n\n`;
  for (const { facts } of [pass("gemini", [Buffer.from(stream)], flags), convert("gemini", "openai-chat", [Buffer.from(stream)], flags)]) expect(facts.usage?.items).toEqual({ web_search: 2 });
});

test("works that are quoted are sources; pictures that are thought of are drafts", () => {
  const stream = chunk([{ inlineData: { mimeType: "image/png", data: "QQ==" }, thought: true }]) + SAID
    + chunk([{ inlineData: { mimeType: "image/png", data: "Qg==" } }], { usageMetadata: USAGE }, { finishReason: "STOP", citationMetadata: { citationSources: [{ startIndex: 3, endIndex: 6, uri: "https://a.example", license: "mit" }] } });
  const events = decode("gemini", [Buffer.from(stream)], flags);
  expect(events.filter(({ type }) => type === "image")).toMatchObject([{ base64: "QQ==", partial: true }, { base64: "Qg==", partial: false }]);
  expect(events.filter(({ type }) => type === "citation")).toMatchObject([{ citation: { url: "https://a.example", start: 3, end: 6 } }]);
  for (const format of ["openai-chat", "openai-responses"] as const) {
    const { sent } = convert("gemini", format, [Buffer.from(stream)], flags);
    expect([sent.includes("QQ=="), sent.includes("Qg=="), sent.includes("https://a.example")]).toEqual([false, true, true]);
  }
});
