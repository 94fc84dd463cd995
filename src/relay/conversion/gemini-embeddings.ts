import type { Dialect } from "#relay/dialects/dialect.ts";
import { openaiEmbeddings } from "#relay/dialects/openai-embeddings/index.ts";
import type { JsonObject } from "#relay/canonical/request.ts";
import { toFloats } from "#relay/conversion/embeddings/vectors.ts";
import { RelayError } from "#relay/errors.ts";

type Wire = Readonly<Record<string, unknown>>;
type Asked = Readonly<{ text: string; dimensions: number | undefined }>;

const INPUTS_MAX = 2_048;

/**
 * Google's `embedContent` and `batchEmbedContents`, put into OpenAI's embeddings and back, unless the vendor is asked in
 * Google's own words. One object serves one request, as the shape of the answer is that of the question.
 */
export function geminiEmbeddings(): Dialect {
  let batch = false;
  let asked: ReturnType<NonNullable<Dialect["asked"]>>;
  return {
    ...openaiEmbeddings,
    reshape(body) {
      const wire = parse(body);
      batch = wire.requests !== undefined;
      const task = taskOf(wire);
      asked = { format: "gemini-embeddings", body: wire as JsonObject, ...(task !== undefined && { task }) };
      return Buffer.from(JSON.stringify(requestOf(wire)));
    },
    asked: () => asked,
    passBody(body, options) {
      const passed = openaiEmbeddings.passBody(body, options);
      if (passed.facts.error) return passed;
      return { facts: passed.facts, body: Buffer.from(JSON.stringify(replyOf(parse(passed.body), batch))) };
    },
  };
}

function parse(body: Buffer): Wire {
  let value: unknown;
  try {
    value = JSON.parse(body.toString("utf8"));
  } catch (cause) {
    throw new RelayError("invalid_json", "The request body is not valid JSON.", { cause });
  }
  if (!isWire(value)) throw new RelayError("invalid_json", "The request body is not valid JSON: it must be an object.");
  return value;
}

const isWire = (value: unknown): value is Wire => typeof value === "object" && value !== null && !Array.isArray(value);
const wiresOf = (value: unknown): readonly Wire[] => (Array.isArray(value) ? value.filter(isWire) : []);

function requestOf(wire: Wire): Wire {
  const asked = wire.requests === undefined ? [readOne(wire, "")] : wiresOf(wire.requests).map((one, at) => readOne(one, `requests[${at}].`));
  if (asked.length === 0 || asked.length > INPUTS_MAX) throw invalid("requests", `an array of 1 to ${INPUTS_MAX} elements`);
  const { dimensions } = asked[0]!;
  if (asked.some((one) => one.dimensions !== dimensions)) throw new RelayError("unsupported_parameter", "All requests of a batch must ask for the same outputDimensionality.", { param: "requests" });
  return { input: asked.map(({ text }) => text), encoding_format: "float", ...(dimensions === undefined ? {} : { dimensions }) };
}

/** A batch has a task for each of its requests; other vendors take one for all, so it counts where all are the same. */
function taskOf(wire: Wire): string | undefined {
  const tasks = (wire.requests === undefined ? [wire] : wiresOf(wire.requests)).map((one) => (isWire(one.embedContentConfig) ? one.embedContentConfig : one)).map((one) => one.taskType ?? one.task_type);
  const [first] = tasks;
  return typeof first === "string" && tasks.every((task) => task === first) ? first : undefined;
}

/** The pieces of a content are one text. */
function readOne(wire: Wire, place: string): Asked {
  const config = isWire(wire.embedContentConfig) ? wire.embedContentConfig : wire;
  const content = isWire(wire.content) ? wire.content : {};
  const parts = isWire(content.parts) ? [content.parts] : wiresOf(content.parts);
  if (parts.length === 0) throw new RelayError("missing_required_parameter", `Missing required parameter: '${place}content'.`, { param: `${place}content` });
  const texts = parts.map(({ text }) => text);
  if (!texts.every((text) => typeof text === "string")) throw new RelayError("unsupported_parameter", "Only text can be embedded here.", { param: `${place}content.parts` });
  const dimensions = config.outputDimensionality ?? config.output_dimensionality ?? undefined;
  if (dimensions !== undefined && !(Number.isSafeInteger(dimensions) && (dimensions as number) > 0)) throw invalid(`${place}outputDimensionality`, "a whole number above 0");
  return { text: texts.join("\n"), dimensions: dimensions as number | undefined };
}

const invalid = (param: string, expected: string): RelayError => new RelayError("invalid_value", `Invalid value for '${param}': expected ${expected}.`, { param });

function replyOf(reply: Wire, batch: boolean): Wire {
  const embeddings = wiresOf(reply.data).toSorted((a, b) => Number(a.index ?? 0) - Number(b.index ?? 0)).map(({ embedding }) => ({ values: valuesOf(embedding) }));
  const tokens = isWire(reply.usage) ? reply.usage.prompt_tokens : undefined;
  const told = typeof tokens === "number" ? { usageMetadata: { promptTokenCount: tokens, totalTokenCount: tokens } } : {};
  if (batch) return { embeddings, ...told };
  if (embeddings.length === 0) throw new RelayError("bad_upstream_response", "The upstream's reply holds no answer.");
  return { embedding: embeddings[0], ...told };
}

/** Numbers, or 32-bit floats in base64 from a vendor that was not asked for them. */
function valuesOf(embedding: unknown): readonly number[] {
  if (Array.isArray(embedding)) return embedding as readonly number[];
  if (typeof embedding !== "string") throw new RelayError("bad_upstream_response", "The upstream's reply holds no numbers.");
  return toFloats(embedding);
}
