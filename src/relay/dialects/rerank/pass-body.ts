import type { Json } from "#relay/canonical/request.ts";
import type { PassOptions } from "#relay/dialects/dialect.ts";
import { checkReply, JsonReply } from "#relay/dialects/media-kit/json-reply.ts";
import { MediaFacts } from "#relay/dialects/media-kit/media-facts.ts";
import { reportedUsage } from "#relay/dialects/media-kit/usage.ts";
import { Counts } from "#relay/dialects/stream-kit/counts.ts";
import { asWire, compact, isWire, listOf, type Wire } from "#relay/dialects/stream-kit/wire.ts";
import { RelayError } from "#relay/errors.ts";

/** Up to so many documents are one unit of search, where the vendor names none. */
const DOCUMENTS_PER_UNIT = 100;
/** A vendor that names far more units than there can be is mistaken. */
const UNITS_SLACK = 10;

type Result = Readonly<{ index: number; score: number; document: Json | undefined }>;

/**
 * Puts a vendor's ranking into the one form: results by score, usage in Jina's words, units in Cohere's.
 * @throws RelayError bad_upstream_response
 */
export function passRerank(body: Buffer, options: PassOptions): Readonly<{ facts: MediaFacts; body: Buffer }> {
  const facts = new MediaFacts(), reply = new JsonReply(body), { media = {} } = options;
  const given = reply.get("results") ?? reply.get("data") ?? asWire(reply.get("output")).results;
  if (!checkReply(reply, facts, Array.isArray(given))) return { facts, body };
  const results = ranked(listOf(given), media.documents ?? Infinity).slice(0, media.topN);
  facts.content = results.length > 0;
  const told = readUsage(reply, options);
  facts.use(told);
  const wire = compact({
    id: facts.id, model: options.rewriteModel ? options.publicModel : reply.text("model") ?? options.publicModel, object: "list",
    results: results.map(({ index, score, document }) => ({
      index, relevance_score: score,
      ...(media.returnDocuments && { document: documentOf(media.documentAt?.(index) as Json | undefined ?? document) }),
    })),
    usage: compact({ total_tokens: told.tokens ?? 0, prompt_tokens: told.tokens ?? 0, search_units: told.units }),
    meta: compact({
      api_version: { version: "2" },
      billed_units: compact({ search_units: told.units }),
      tokens: told.tokens === undefined ? undefined : { input_tokens: told.tokens },
    }),
  });
  return { facts, body: Buffer.from(JSON.stringify(wire)) };
}

/** Best first; ties in the order of the documents. */
function ranked(given: readonly Json[], documents: number): readonly Result[] {
  const results = given.map((one): Result => {
    const { index, relevance_score: score, score: short, document } = asWire(one);
    const value = score ?? short;
    if (typeof index !== "number" || !Number.isInteger(index) || index < 0 || index >= documents || typeof value !== "number") {
      throw new RelayError("bad_upstream_response", "The upstream's reply ranks something that is no document.");
    }
    return { index, score: value, document };
  });
  return results.sort((a, b) => b.score - a.score || a.index - b.index);
}

/** Clients of either kind read an object. */
const documentOf = (document: Json | undefined): Wire => (isWire(document) ? document : { text: typeof document === "string" ? document : "" });

function readUsage(reply: JsonReply, { media = {}, flags }: PassOptions) {
  const meta = asWire(reply.get("meta")), billed = asWire(meta.billed_units), tokens = asWire(meta.tokens);
  const raw = isWire(reply.get("usage")) ? reply.get("usage") : tokens.input_tokens === undefined ? undefined : { input_tokens: tokens.input_tokens };
  const reported = reportedUsage(raw, flags);
  const counts = new Counts();
  const own = Math.ceil((media.documents ?? 1) / DOCUMENTS_PER_UNIT);
  const named = counts.first(billed.search_units, asWire(raw).search_units);
  const isAbsurd = named !== undefined && named > Math.max(own, media.unitsMax ?? Infinity) * UNITS_SLACK;
  const units = isAbsurd ? own : named;
  const told = reported?.usage.inputUncached;
  const items = { items: { search_unit: units ?? own } };
  const inconsistent = isAbsurd || counts.inconsistent || reported?.inconsistent === true;
  // Sold by tokens and none were told: the shop counts them.
  if (media.byTokens && told === undefined) return { usage: undefined, inconsistent, estimated: false, units, tokens: undefined };
  return { usage: { ...reported?.usage, ...items }, inconsistent, estimated: false, units, tokens: told };
}
