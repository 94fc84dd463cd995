import type { EmbeddingsVendor } from "#relay/conversion/embeddings/embeddings-vendor.ts";
import { COHERE_TASKS, GEMINI_TASKS, JINA_TASKS, taskFor, VOYAGE_TASKS } from "#relay/conversion/embeddings/tasks.ts";
import { vectorOf } from "#relay/conversion/embeddings/vectors.ts";
import { Counts } from "#relay/dialects/stream-kit/counts.ts";
import { asWire, compact, listOf } from "#relay/dialects/stream-kit/wire.ts";
import type { Wire } from "#relay/dialects/stream-kit/wire.ts";

const count = (...candidates: readonly unknown[]): number | undefined => new Counts().first(...candidates);

/** OpenAI's own form of a reply; some tell the total alone. */
const openaiReply: EmbeddingsVendor["reply"] = (wire) => {
  const data = listOf(wire.data).map(asWire).toSorted((a, b) => Number(a.index ?? 0) - Number(b.index ?? 0));
  const usage = asWire(wire.usage);
  return { vectors: data.map(({ embedding }) => vectorOf(embedding)), tokens: count(usage.prompt_tokens, usage.total_tokens) };
};

/** Google's `embedContent` for one text, `batchEmbedContents` for several. */
export const geminiEmbed: EmbeddingsVendor = {
  most: () => 100,
  action: (inputs) => (inputs.length === 1 ? "embedContent" : "batchEmbedContents"),
  request(inputs, { task, dimensions, others }, upstreamModel, warn) {
    const model = `models/${upstreamModel.replace(/^models\//, "")}`;
    const shared = { taskType: taskFor(task, GEMINI_TASKS, warn), outputDimensionality: dimensions, title: others.title };
    const requests = inputs.map((text) => compact({ model, content: { parts: [{ text }] }, ...shared }));
    return requests.length === 1 ? requests[0]! : { requests };
  },
  reply(wire) {
    const embeddings = wire.embedding === undefined ? listOf(wire.embeddings) : [wire.embedding];
    return { vectors: embeddings.map((one) => vectorOf(asWire(one).values)), tokens: count(asWire(wire.usageMetadata).promptTokenCount) };
  },
};

/** Vertex' `predict`, each text an instance; the newer models take one at a time. */
export const vertexEmbed: EmbeddingsVendor = {
  most: (upstreamModel) => (upstreamModel.includes("gemini-embedding") ? 1 : 250),
  request(inputs, { task, dimensions, others }, _upstreamModel, warn) {
    const shared = { task_type: taskFor(task, GEMINI_TASKS, warn), title: others.title };
    const parameters = compact({ outputDimensionality: dimensions, autoTruncate: others.auto_truncate });
    return compact({ instances: inputs.map((content) => compact({ content, ...shared })), parameters: Object.keys(parameters).length > 0 ? parameters : undefined });
  },
  reply(wire) {
    const all = listOf(wire.predictions).map((one) => asWire(asWire(one).embeddings));
    const tokens = all.map(({ statistics }) => count(asWire(statistics).token_count));
    return { vectors: all.map(({ values }) => vectorOf(values)), tokens: tokens.reduce((sum, one) => (sum === undefined || one === undefined ? undefined : sum + one), 0) };
  },
};

/** Vertex' `embedContent` of the newest models: one text at a time, the model in the address alone. */
export const vertexEmbedContent: EmbeddingsVendor = {
  most: () => 1,
  request(inputs, asked, upstreamModel, warn) {
    const { model: _inAddress, ...said } = geminiEmbed.request(inputs, asked, upstreamModel, warn);
    return said;
  },
  reply: geminiEmbed.reply,
};

/** Cohere, version 2: it must be told what the texts are for. */
export const cohereEmbed: EmbeddingsVendor = {
  most: () => 96,
  request: (inputs, { task, dimensions, others }, upstreamModel, warn) => compact({
    model: upstreamModel, texts: inputs, input_type: taskFor(task, COHERE_TASKS, warn) ?? COHERE_TASKS.document!, embedding_types: ["float"],
    output_dimension: dimensions, truncate: others.truncate, max_tokens: others.max_tokens,
  }),
  reply: (wire) => ({
    vectors: listOf(asWire(wire.embeddings).float).map(vectorOf),
    tokens: count(asWire(asWire(wire.meta).billed_units).input_tokens, asWire(asWire(wire.meta).tokens).input_tokens),
  }),
};

/** Voyage gives base64 or, unasked, numbers; of the smaller kinds of numbers base64 would hold something else than floats. */
export const voyageEmbed: EmbeddingsVendor = {
  most: () => 1_000,
  passes: true,
  request: (inputs, { task, dimensions, base64, others }, upstreamModel, warn) => compact({
    ...others, model: upstreamModel, input: inputs, input_type: taskFor(task, VOYAGE_TASKS, warn), output_dimension: dimensions ?? others.output_dimension,
    encoding_format: base64 && isFloat(others.output_dtype) ? "base64" : undefined,
  }),
  reply: openaiReply,
};

export const jinaEmbed: EmbeddingsVendor = {
  most: () => 512,
  passes: true,
  request: (inputs, { task, dimensions, others }, upstreamModel, warn) => compact({
    ...others, model: upstreamModel, input: inputs, task: taskFor(task, JINA_TASKS, warn), dimensions, embedding_type: others.embedding_type ?? "float",
  }),
  reply: openaiReply,
};

/** OpenAI's form with fewer inputs a call: 10, and 25 of the two oldest models. */
export const dashscopeEmbed: EmbeddingsVendor = {
  most: (model) => (/^text-embedding-(?:async-)?v[12]$/.test(model) ? 25 : 10),
  passes: true,
  request: (inputs, { dimensions, base64, others, task }, upstreamModel, warn) => {
    if (task !== undefined) warn("input_type_dropped");
    return compact({ ...others, model: upstreamModel, input: inputs, dimensions, encoding_format: base64 ? "base64" : "float" });
  },
  reply: openaiReply,
};

/** Ollama's own; what is too long is cut silently unless `truncate` is false. */
export const ollamaEmbed: EmbeddingsVendor = {
  most: () => 2_048,
  request(inputs, { dimensions, others, task }, upstreamModel, warn) {
    if (task !== undefined) warn("input_type_dropped");
    return compact({ model: upstreamModel, input: inputs, dimensions, truncate: others.truncate, options: optionsOf(others) });
  },
  reply: (wire) => ({ vectors: listOf(wire.embeddings).map(vectorOf), tokens: count(wire.prompt_eval_count) }),
};

const isFloat = (type: Wire[string] | undefined): boolean => type === undefined || type === null || type === "float";
const optionsOf = ({ options }: Wire): Wire | undefined => (typeof options === "object" && options !== null && !Array.isArray(options) ? asWire(options) : undefined);
