import { readFileSync } from "node:fs";
import path from "node:path";
import { describe, expect, test } from "vitest";
import { readChecks, type Check } from "../../../support/json-schema.ts";
import { readRecording, type Recording } from "../../../support/recordings.ts";
import { sharedDir } from "../../../support/shared.ts";

type Json = Readonly<Record<string, unknown>>;
/** An answer in parts that have a description each. */
type Parts = (answer: Json) => readonly (readonly [schema: string, value: unknown])[];

/** Where recordings of an address lie, and what the vendor's description calls its answers and the objects of its streams. */
type Described = Readonly<{ name: string; file: string; folder: RegExp; whole: string | Parts; event?: string | Parts; least: number; newer: readonly string[] }>;

/** The description of the whole demands a member that only embeddings have. */
const mistralChat: Parts = ({ choices, ...rest }) => [["ChatCompletionResponseBase", rest], ...(choices as readonly unknown[]).map((choice) => ["ChatCompletionChoice", choice] as const)];

/** The last object of a stream is that of a whole answer. */
const ollamaEvent: Parts = (object) => [[object.done === true ? "ChatResponse" : "ChatStreamEvent", object]];

const USAGE = ["prompt_tokens_details", "prompt_token_details", "completion_tokens_details", "service_tier", "num_cached_tokens", "request_count"];

/**
 * Vendors whose words no reply of ours speaks: what is read here by their descriptions must be what they really send.
 * `newer`: members that they send and their description does not know; a new one is a reason to look what it counts.
 */
const DESCRIBED: readonly Described[] = [
  {
    name: "Mistral's chat", file: "mistral.json", folder: /^mistral\/chat\//, whole: mistralChat, event: "CompletionChunk", least: 1_000,
    // `p` pads each piece to hide its length.
    newer: ["p", "logprobs", ...USAGE],
  },
  { name: "Mistral's embeddings", file: "mistral.json", folder: /^mistral\/embeddings\//, whole: "EmbeddingResponse", least: 5, newer: USAGE },
  { name: "Mistral's transcriptions", file: "mistral.json", folder: /^mistral\/transcriptions\//, whole: "TranscriptionResponse", least: 3, newer: ["finish_reason", "speaker_id", ...USAGE] },
  { name: "Mistral's recognition of pages", file: "mistral.json", folder: /^mistral\/ocr\//, whole: "OCRResponse", least: 1, newer: ["confidence_scores", "blocks"] },
  { name: "Ollama's chat", file: "ollama.json", folder: /^ollama(?:-cloud)?\/native-chat\//, whole: "ChatResponse", event: ollamaEvent, least: 700, newer: [] },
  { name: "Ollama's embeddings", file: "ollama.json", folder: /^ollama\/native-embeddings\//, whole: "EmbedResponse", least: 1, newer: ["embedding"] },
  { name: "Ollama's completions", file: "ollama.json", folder: /^ollama\/native-generate\//, whole: "GenerateResponse", event: "GenerateStreamEvent", least: 100, newer: ["context"] },
];

const shared = sharedDir();

describe.skipIf(shared === undefined)("what vendors were recorded to send is what their descriptions say (needs ../shared)", () => {
  const { cases } = shared === undefined ? { cases: [] } : (JSON.parse(readFileSync(path.join(shared, "fixtures/index.json"), "utf8")) as { cases: readonly Recording[] });

  test.each(DESCRIBED.map((described) => [described.name, described] as const))("%s", (_, { file, folder, whole, event, least, newer }) => {
    const check = readChecks(shared!, file, true), known = without(new Set(newer));
    const found: (readonly [string, string])[] = [];
    let read = 0;
    for (const recording of cases.filter(({ dir, status }) => status === 200 && folder.test(dir))) {
      for (const object of objectsOf(recording)) {
        if (isEmbeddedError(object)) continue;
        read++;
        const said = known(object) as Json, schema = recording.streaming ? event! : whole;
        for (const [name, part] of typeof schema === "string" ? [[schema, said] as const] : schema(said)) for (const fault of check(name, part)) found.push([recording.dir, fault]);
      }
    }
    expect(found.slice(0, 20)).toEqual([]);
    expect(read).toBeGreaterThanOrEqual(least);
  });

  test("an answer that leaves the description is found, or this would prove nothing", () => {
    const check: Check = readChecks(shared!, "mistral.json", true);
    const chunk = { id: "1", model: "m", choices: [{ index: 0, delta: { role: "assistant", content: "Hi" }, finish_reason: null }] };
    expect(check("CompletionChunk", chunk)).toEqual([]);
    expect(check("CompletionChunk", { ...chunk, odd: 1 })).not.toEqual([]);
    expect(check("CompletionChunk", { ...chunk, choices: [{ index: 0, delta: { content: 1 }, finish_reason: null }] })).not.toEqual([]);
  });
});

/** Errors that stood in place of the answer, whatever the status, have no place in its description. */
const isEmbeddedError = (object: object): boolean => "error" in object || ("object" in object && object.object === "error");

/** A whole answer, or the objects of a stream: a line each, behind `data: ` or bare. */
function objectsOf(recording: Recording): readonly object[] {
  const text = readRecording(shared!, recording).bytes.toString("utf8");
  if (!recording.streaming) return [JSON.parse(text) as object];
  return text.split(/\r?\n/).map((line) => line.replace(/^data: ?/, "")).filter((line) => line.startsWith("{")).map((line) => JSON.parse(line) as object);
}

const without = (names: ReadonlySet<string>) => (value: unknown): unknown => {
  const strip = (inner: unknown): unknown => {
    if (Array.isArray(inner)) return inner.map(strip);
    if (typeof inner !== "object" || inner === null) return inner;
    return Object.fromEntries(Object.entries(inner).filter(([name]) => !names.has(name)).map(([name, member]) => [name, strip(member)]));
  };
  return strip(value);
};
