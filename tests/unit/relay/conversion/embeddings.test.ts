import { describe, expect, test } from "vitest";
import type { Wire } from "#relay/dialects/stream-kit/wire.ts";
import { readEmbeddings } from "#relay/conversion/embeddings/request.ts";
import { taskFor, JINA_TASKS, VOYAGE_TASKS } from "#relay/conversion/embeddings/tasks.ts";
import { vectorAs, vectorOf } from "#relay/conversion/embeddings/vectors.ts";
import { cohereEmbed, dashscopeEmbed, geminiEmbed, jinaEmbed, ollamaEmbed, voyageEmbed } from "#relay/conversion/embeddings/vendors.ts";
import type { EmbeddingsVendor } from "#relay/conversion/embeddings/embeddings-vendor.ts";

const asked = (over: Wire = {}) => readEmbeddings({ model: "m", input: ["a", "b"], ...over });
const ask = (vendor: EmbeddingsVendor, over: Wire = {}, warned: string[] = []): Wire => {
  const request = asked(over);
  return vendor.request(request.inputs, request, "up", (code) => warned.push(code));
};

describe("what a vendor is asked", () => {
  test.each<[string, EmbeddingsVendor, Wire, Wire]>([
    ["gemini, one", geminiEmbed, { input: "a", dimensions: 3, input_type: "query" },
      { model: "models/up", content: { parts: [{ text: "a" }] }, taskType: "RETRIEVAL_QUERY", outputDimensionality: 3 }],
    ["gemini, many", geminiEmbed, {},
      { requests: [{ model: "models/up", content: { parts: [{ text: "a" }] } }, { model: "models/up", content: { parts: [{ text: "b" }] } }] }],
    ["cohere", cohereEmbed, { dimensions: 256, encoding_format: "base64" }, { model: "up", texts: ["a", "b"], input_type: "search_document", embedding_types: ["float"], output_dimension: 256 }],
    ["cohere, for a query in Google's word", cohereEmbed, { task_type: "RETRIEVAL_QUERY" }, { model: "up", texts: ["a", "b"], input_type: "search_query", embedding_types: ["float"] }],
    ["voyage", voyageEmbed, { dimensions: 512, encoding_format: "base64", truncation: false }, { model: "up", input: ["a", "b"], output_dimension: 512, encoding_format: "base64", truncation: false }],
    ["voyage, small numbers", voyageEmbed, { encoding_format: "base64", output_dtype: "int8" }, { model: "up", input: ["a", "b"], output_dtype: "int8" }],
    ["jina", jinaEmbed, { dimensions: 64, input_type: "document", late_chunking: true }, { model: "up", input: ["a", "b"], task: "retrieval.passage", dimensions: 64, late_chunking: true, embedding_type: "float" }],
    ["dashscope", dashscopeEmbed, { dimensions: 64, encoding_format: "base64" }, { model: "up", input: ["a", "b"], dimensions: 64, encoding_format: "base64" }],
    ["ollama", ollamaEmbed, { dimensions: 64, options: { num_ctx: 99 }, truncate: false }, { model: "up", input: ["a", "b"], dimensions: 64, truncate: false, options: { num_ctx: 99 } }],
  ])("%s", (_name, vendor, over, body) => {
    expect(ask(vendor, over)).toEqual(body);
  });

  test("what a vendor has no word for is told", () => {
    const warned: string[] = [];
    ask(ollamaEmbed, { input_type: "query" }, warned);
    ask(dashscopeEmbed, { task: "query" }, warned);
    expect(taskFor("CLUSTERING", VOYAGE_TASKS, (code) => warned.push(code))).toBeUndefined();
    expect(warned).toEqual(["input_type_dropped", "input_type_dropped", "input_type_dropped"]);
    expect(taskFor("a-word-of-tomorrow", JINA_TASKS, () => expect.unreachable())).toBe("a-word-of-tomorrow");
  });

  test.each([["text-embedding-v1", 25], ["text-embedding-v4", 10]])("DashScope's %s takes %d texts a call", (model, most) => {
    expect(dashscopeEmbed.most(model)).toBe(most);
  });
});

describe("what a vendor answers", () => {
  test.each<[string, EmbeddingsVendor, Wire, number | undefined]>([
    ["gemini, one", geminiEmbed, { embedding: { values: [1, 2] }, usageMetadata: { promptTokenCount: 4 } }, 4],
    ["gemini, many, uncounted", geminiEmbed, { embeddings: [{ values: [1, 2] }] }, undefined],
    ["cohere", cohereEmbed, { embeddings: { float: [[1, 2]] }, meta: { billed_units: { input_tokens: 7 } } }, 7],
    ["voyage", voyageEmbed, { data: [{ index: 0, embedding: [1, 2] }], usage: { total_tokens: 5 } }, 5],
    ["ollama", ollamaEmbed, { embeddings: [[1, 2]], prompt_eval_count: 8 }, 8],
    ["ollama, cached", ollamaEmbed, { embeddings: [[1, 2]] }, undefined],
  ])("%s", (_name, vendor, reply, tokens) => {
    expect(vendor.reply(reply)).toEqual({ vectors: [[1, 2]], tokens });
  });

  test("answers are put into the order of the questions", () => {
    expect(jinaEmbed.reply({ data: [{ index: 1, embedding: [2] }, { index: 0, embedding: [1] }] }).vectors).toEqual([[1], [2]]);
  });
});

test("floats and base64 are made of each other", () => {
  const base64 = vectorAs([0.5, -2, 3], true);
  expect(base64).toBe(Buffer.from(new Float32Array([0.5, -2, 3]).buffer).toString("base64"));
  expect(vectorAs(base64, false)).toEqual([0.5, -2, 3]);
  expect(vectorAs(base64, true)).toBe(base64);
  expect(() => vectorOf([])).toThrow(expect.objectContaining({ code: "bad_upstream_response" }));
  expect(() => vectorOf(["x"])).toThrow(expect.objectContaining({ code: "bad_upstream_response" }));
});

test.each<[Wire, string, string]>([
  [{ input: [1, 2, 3] }, "unsupported_parameter", "input"],
  [{ input: [[1], [2]] }, "unsupported_parameter", "input"],
  [{ input: [] }, "invalid_value", "input"],
  [{ dimensions: 0 }, "invalid_value", "dimensions"],
  [{ encoding_format: "int8" }, "invalid_value", "encoding_format"],
])("%j is refused", (over, code, param) => {
  expect(() => asked(over)).toThrow(expect.objectContaining({ code, options: expect.objectContaining({ param }) as object }));
});
