import { createHash } from "node:crypto";
import type { Operation } from "#relay/dialects/operations.ts";
import { embed, textsOf } from "#relay/providers/simulator/answer.ts";
import type { Script } from "#relay/providers/simulator/script.ts";

type Json = Readonly<Record<string, unknown>>;
export type MediaReply = Readonly<{ contentType: string; chunks: readonly Buffer[] }>;

/** One black point. */
const PNG = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAAAAAA6fptVAAAACklEQVR42mNgAAAAAgABSK+kcQAAAABJRU5ErkJggg==";
const IMAGES_MAX = 10;
const RATE = 8_000;
/** Silence, so long for each character. */
const SAMPLES_PER_CHARACTER = RATE / 16;
const CHARACTERS_MAX = 1_000;
const CHUNK_BYTES = 4_000;
const DIMENSIONS = 64;

const json = (wire: Json): MediaReply => ({ contentType: "application/json", chunks: [Buffer.from(JSON.stringify(wire))] });

/** The answer to what is no conversation; undefined for operations that are not simulated. */
export function mediaReply(operation: Operation, request: Json, script: Script, nowMs: number): MediaReply | undefined {
  switch (operation) {
    case "images":
      return images(request, Math.floor(nowMs / 1000));
    case "speech":
      return speech(request);
    case "moderations":
      return json({ id: idOf(request), model: script.model, results: textsOf(request.input).map(() => ({ flagged: false, categories: { violence: false }, category_scores: { violence: 0 } })) });
    case "rerank":
      return rerank(request, script);
    default:
      return undefined;
  }
}

function images({ n, stream, size = "1024x1024", quality = "standard" }: Json, created: number): MediaReply {
  const count = Math.min(typeof n === "number" ? n : 1, IMAGES_MAX);
  if (stream !== true) return json({ created, size, quality, data: Array.from({ length: count }, () => ({ b64_json: PNG })) });
  const event = (type: string, more: Json): Buffer => Buffer.from(`event: ${type}\ndata: ${JSON.stringify({ type, b64_json: PNG, created_at: created, size, quality, ...more })}\n\n`);
  const whole = Array.from({ length: count }, () => event("image_generation.completed", {}));
  return { contentType: "text/event-stream", chunks: [event("image_generation.partial_image", { partial_image_index: 0 }), ...whole] };
}

/** A WAVE file of silence. */
function speech({ input }: Json): MediaReply {
  const samples = Math.min([...String(input)].length, CHARACTERS_MAX) * SAMPLES_PER_CHARACTER;
  const head = Buffer.alloc(44);
  head.write("RIFF", 0, "latin1");
  head.writeUInt32LE(36 + samples, 4);
  head.write("WAVEfmt ", 8, "latin1");
  head.writeUInt32LE(16, 16);
  head.writeUInt32LE(0x00010001, 20);
  head.writeUInt32LE(RATE, 24);
  head.writeUInt32LE(RATE, 28);
  head.writeUInt32LE(0x00080001, 32);
  head.write("data", 36, "latin1");
  head.writeUInt32LE(samples, 40);
  const sound = Buffer.concat([head, Buffer.alloc(samples, 128)]);
  return { contentType: "audio/wav", chunks: Array.from({ length: Math.ceil(sound.length / CHUNK_BYTES) }, (_, at) => sound.subarray(at * CHUNK_BYTES, (at + 1) * CHUNK_BYTES)) };
}

/** Scores between 0 and 1 that depend on the texts alone. */
function rerank(request: Json, script: Script): MediaReply {
  const query = embed(String(request.query), DIMENSIONS);
  const documents = Array.isArray(request.documents) ? (request.documents as unknown[]) : [];
  const texts = documents.map((one) => (typeof one === "string" ? one : JSON.stringify(one)));
  const results = texts
    .map((text, index) => ({ index, relevance_score: (1 + embed(text, DIMENSIONS).reduce((sum, value, at) => sum + value * query[at]!, 0)) / 2 }))
    .sort((a, b) => b.relevance_score - a.relevance_score)
    .slice(0, typeof request.top_n === "number" ? request.top_n : undefined);
  const tokens = Math.ceil(Buffer.byteLength([String(request.query), ...texts].join("")) / 4);
  return json({ id: idOf(request), model: script.model, results, usage: { prompt_tokens: tokens, total_tokens: tokens } });
}

const idOf = (request: Json): string => `sim-${createHash("sha256").update(JSON.stringify(request)).digest("hex").slice(0, 16)}`;
