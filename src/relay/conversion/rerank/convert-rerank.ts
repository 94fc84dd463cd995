import type { Loss } from "#relay/canonical/losses.ts";
import { NO_PARTS } from "#relay/conversion/calls/call-codec.ts";
import type { CallCodec } from "#relay/conversion/calls/call-codec.ts";
import { badReply, jsonBody, replyOf } from "#relay/conversion/calls/vendor-reply.ts";
import { warningsOf } from "#relay/conversion/calls/warnings.ts";
import { asWire, compact, listOf, parseWire, textOf } from "#relay/dialects/stream-kit/wire.ts";
import type { Wire } from "#relay/dialects/stream-kit/wire.ts";
import { RelayError } from "#relay/errors.ts";
import type { Json } from "#relay/canonical/request.ts";

/** What is to be ranked, documents as texts. */
export type RerankAsked = Readonly<{ query: string; documents: readonly string[]; topN: number | undefined; wire: Wire }>;

/** How one vendor wants to be asked, and how its answer becomes one that the client's reader knows. */
type RerankVendor = Readonly<{
  request(asked: RerankAsked, upstreamModel: string, warn: (code: Loss) => void): Wire;
  /** Left out: it is read as it is. */
  reply?(wire: Wire, asked: RerankAsked): Wire;
}>;

/** Cohere, version 2: chunks of a document are no longer counted, its tokens are. */
const cohere: RerankVendor = {
  request({ query, documents, topN, wire }, model, warn) {
    if (wire.max_chunks_per_doc !== undefined && wire.max_chunks_per_doc !== null) warn("max_chunks_per_doc_dropped");
    return compact({ model, query, documents, top_n: topN, max_tokens_per_doc: wire.max_tokens_per_doc });
  },
};

const voyage: RerankVendor = {
  request({ query, documents, topN, wire }, model, warn) {
    chunksDropped(wire, warn);
    return compact({ model, query, documents, top_k: topN, truncation: wire.truncation });
  },
};

const dashscope: RerankVendor = {
  request({ query, documents, topN, wire }, model, warn) {
    chunksDropped(wire, warn);
    return { model, input: { query, documents }, parameters: compact({ top_n: topN, instruct: wire.instruct }) };
  },
  reply: (wire) => ({ ...wire, results: asWire(wire.output).results ?? null }),
};

/** DeepInfra takes pairs of question and document, and gives one score for each, in their order. */
const deepinfra: RerankVendor = {
  request({ query, documents, wire }, _model, warn) {
    chunksDropped(wire, warn);
    return compact({ queries: documents.map(() => query), documents, instruction: wire.instruction });
  },
  reply(wire, { documents }) {
    const scores = listOf(wire.scores);
    if (scores.length !== documents.length) throw badReply("The upstream's reply ranks another number of documents.");
    const tokens = wire.input_tokens ?? asWire(wire.inference_status).tokens_input;
    return compact({ results: scores.map((score, index) => ({ index, relevance_score: score })), usage: tokens === undefined ? undefined : { total_tokens: tokens } });
  },
};

const chunksDropped = (wire: Wire, warn: (code: Loss) => void): void => {
  for (const name of ["max_chunks_per_doc", "max_tokens_per_doc"]) if (wire[name] !== undefined && wire[name] !== null) warn(`${name}_dropped`);
};

/**
 * Reads a request to rank in the form of Cohere's and Jina's clients.
 * @throws RelayError unsupported_parameter for documents without words
 */
export function readRerank(wire: Wire): RerankAsked {
  const fields = listOf(wire.rank_fields).filter((name): name is string => typeof name === "string");
  const documents = listOf(wire.documents).map((one, at) => textOfDocument(one, fields, at));
  const topN = typeof wire.top_n === "number" ? Math.min(wire.top_n, documents.length) : undefined;
  return { query: textOf(wire.query), documents, topN, wire };
}

/** A text, an object with one, or an object of several fields written one a line. */
function textOfDocument(document: Json, fields: readonly string[], at: number): string {
  if (typeof document === "string") return document;
  const wire = asWire(document);
  if (fields.length === 0 && typeof wire.text === "string") return wire.text;
  const named = fields.length > 0 ? fields.filter((name) => wire[name] !== undefined) : Object.keys(wire).filter((name) => name !== "image");
  if (named.length === 0) throw new RelayError("unsupported_parameter", "This model ranks texts.", { param: `documents[${at}]` });
  return named.map((name) => `${name}: ${typeof wire[name] === "string" ? wire[name] : JSON.stringify(wire[name])}`).join("\n");
}

/** By vendor. */
export const rerankVendors = { cohere, voyage, dashscope, deepinfra } as const satisfies Readonly<Record<string, RerankVendor>>;

const converted = (vendor: RerankVendor): CallCodec => ({ dialect, body, strict }, { upstreamModel }) => {
  const asked = readRerank(asWire(parseWire(body.toString("utf8"))));
  const { codes, warn } = warningsOf(strict);
  const request = vendor.request(asked, upstreamModel, warn);
  return {
    warnings: codes, parts: NO_PARTS,
    async script(send) {
      const wire = replyOf(await send({ body: jsonBody(request) }));
      return Buffer.from(JSON.stringify(vendor.reply?.(wire, asked) ?? wire));
    },
    reader: dialect,
  };
};

/** Rankings by the protocol that they are asked for in. */
export const rerankCodecs = {
  "cohere-rerank": converted(cohere),
  "voyage-rerank": converted(voyage),
  "dashscope-rerank": converted(dashscope),
  "deepinfra-rerank": converted(deepinfra),
} as const;
