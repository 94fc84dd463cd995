import { expect, test } from "vitest";
import type { CanonicalEvent } from "#relay/canonical/events.ts";
import { brokenRule } from "#relay/canonical/validate.ts";
import type { PassOptions } from "#relay/dialects/dialect.ts";
import { gemini, geminiClient, geminiUpstream } from "#relay/dialects/gemini/index.ts";
import { RelayError } from "#relay/errors.ts";
import { DEFAULT_FLAGS } from "#relay/providers/kit/openai-shaped.ts";
import { seededRandom } from "../../../../support/random.ts";

const OPTIONS: PassOptions = { operation: "chat", publicModel: "shop", upstreamModel: "up", clientWantsUsage: true, rewriteModel: true, flags: DEFAULT_FLAGS };
const REPLIES: readonly object[] = [
  { candidates: [{ content: { parts: [{ text: "hm", thought: true }, { text: "Hé", thoughtSignature: "c2ln" }] }, index: 0 }], modelVersion: "up", responseId: "r" },
  { candidates: [{ content: { parts: [{ functionCall: { name: "f", args: { a: [1, "x"] }, id: "1" } }, { functionCall: { name: "g", willContinue: true } }] } }], usageMetadata: { promptTokenCount: 5 } },
  { candidates: [{ content: { parts: [{ functionCall: { partialArgs: [{ jsonPath: "$.a[0].b", stringValue: "x" }] } }, { inlineData: { mimeType: "audio/wav", data: "AA==" } }, { executableCode: { code: "1" } }] } }] },
  {
    candidates: [{
      content: { parts: [{ text: "" }] }, finishReason: "STOP", index: 0, groundingMetadata: { webSearchQueries: ["q"], groundingChunks: [{ web: { uri: "u", title: "t" } }], groundingSupports: [{ segment: { startIndex: 0, endIndex: 2 }, groundingChunkIndices: [0] }] },
      logprobsResult: { chosenCandidates: [{ token: "a", logProbability: -1 }] },
    }], usageMetadata: { promptTokenCount: 5, candidatesTokenCount: 3, promptTokensDetails: [{ modality: "AUDIO", tokenCount: 2 }] }, promptFeedback: { blockReason: 0 },
  },
];
const REQUEST = {
  contents: [{ role: "user", parts: [{ text: "hi" }, { inlineData: { mimeType: "image/png", data: "AA==" } }] }, { role: "model", parts: [{ functionCall: { name: "f", args: {} } }] }, { role: "user", parts: [{ functionResponse: { name: "f", response: { output: "x" } } }] }],
  systemInstruction: { parts: [{ text: "s" }] }, tools: [{ functionDeclarations: [{ name: "f", parameters: { type: "OBJECT", properties: { a: { type: "STRING", nullable: true } } } }] }],
  generationConfig: { temperature: 1, stopSequences: ["x"], thinkingConfig: { thinkingBudget: 5 }, responseMimeType: "application/json", responseSchema: { type: "OBJECT" } },
};

const ODD: readonly unknown[] = [null, 0, -1, 1e300, "", "x", true, [], {}, [[]], [null], { text: null }, "\u0000", "__proto__"];

/** The same value with one of its members, anywhere, put out or replaced by something odd. */
function damaged(value: unknown, random: () => number): unknown {
  const odd = (): unknown => ODD[Math.floor(random() * ODD.length)];
  if (typeof value !== "object" || value === null || random() < 0.08) return odd();
  const keys = Object.keys(value);
  if (keys.length === 0) return odd();
  const key = keys[Math.floor(random() * keys.length)]!;
  const copy = (Array.isArray(value) ? [...(value as unknown[])] : { ...value }) as Record<string, unknown>;
  copy[key] = damaged(copy[key], random);
  return copy;
}

/** Runs it; nothing but an error of the relay's own may come out. */
function tolerated<Result>(run: () => Result): Result | undefined {
  try {
    return run();
  } catch (error) {
    expect(error).toBeInstanceOf(RelayError);
    return undefined;
  }
}

test("a vendor may say anything: events keep their promises, bytes pass or are refused", () => {
  const random = seededRandom(20_261_121);
  for (let round = 0; round < 1_000; round++) {
    const pieces = REPLIES.map((reply) => (random() < 0.5 ? reply : damaged(reply, random))).map((reply) => `data: ${JSON.stringify(reply)}\n\n`).join("");
    const bytes = Buffer.from(random() < 0.1 ? pieces.slice(0, Math.floor(random() * pieces.length)) : pieces);
    const events = tolerated((): readonly CanonicalEvent[] => {
      const decoder = geminiUpstream.streamDecoder({ flags: DEFAULT_FLAGS });
      return [...decoder.push(bytes), ...decoder.end()];
    });
    if (events) expect(brokenRule(events)).toBeUndefined();
    tolerated(() => {
      const stream = gemini.passStream(OPTIONS);
      const out = Buffer.concat([...stream.push(bytes), ...stream.end(), stream.tail()]);
      expect(out.length).toBeLessThanOrEqual(bytes.length + 100);
    });
    tolerated(() => gemini.passBody(Buffer.from(JSON.stringify(damaged(REPLIES[3], random))), OPTIONS));
  }
});

test("a client may ask anything: it is read, and can be asked of the vendor, or it is refused", () => {
  const random = seededRandom(4_711);
  for (let round = 0; round < 1_000; round++) {
    const body = damaged(damaged(REQUEST, random), random) as never;
    if (typeof body !== "object" || body === null) continue;
    const request = tolerated(() => geminiClient.decodeRequest(body, { model: "m", betas: [] }));
    if (request) tolerated(() => geminiUpstream.encodeRequest(request, { upstreamModel: "gemini-2.5-flash", flags: DEFAULT_FLAGS, strict: false, warn: () => undefined }));
  }
});
