import { NO_PARTS } from "#relay/conversion/calls/call-codec.ts";
import type { CallAsked, CallCodec, CallPlan, CallTarget } from "#relay/conversion/calls/call-codec.ts";
import { badReply, jsonBody, replyOf } from "#relay/conversion/calls/vendor-reply.ts";
import { warningsOf } from "#relay/conversion/calls/warnings.ts";
import type { EmbeddingsReply, EmbeddingsVendor } from "#relay/conversion/embeddings/embeddings-vendor.ts";
import { nativeGemini } from "#relay/conversion/embeddings/native-gemini.ts";
import { readEmbeddings } from "#relay/conversion/embeddings/request.ts";
import { cohereEmbed, dashscopeEmbed, geminiEmbed, jinaEmbed, ollamaEmbed, vertexEmbed, vertexEmbedContent, voyageEmbed } from "#relay/conversion/embeddings/vendors.ts";
import { vectorAs } from "#relay/conversion/embeddings/vectors.ts";
import { withAction } from "#relay/conversion/embeddings/with-action.ts";
import { asWire, parseWire } from "#relay/dialects/stream-kit/wire.ts";
import { roughInputTokens } from "#relay/limits/request-limits.ts";
import { inParallel } from "#relay/upstream/scripted.ts";

/** Parts of one request under way at the same time. */
const AT_ONCE = 4;

const converted = (vendor: EmbeddingsVendor): CallCodec => (asked, target) => embed(vendor, asked, target);

/** Embeddings by the protocol that they are asked for in. */
export const embeddingsCodecs = {
  "gemini-embeddings": ((asked, target) => (asked.dialect.asked?.()?.format === "gemini-embeddings" ? nativeGemini(asked, target) : embed(geminiEmbed, asked, target))) satisfies CallCodec,
  "cohere-embeddings": converted(cohereEmbed),
  "voyage-embeddings": converted(voyageEmbed),
  "jina-embeddings": converted(jinaEmbed),
  "dashscope-embeddings": converted(dashscopeEmbed),
  "ollama-embeddings": converted(ollamaEmbed),
  "vertex-embeddings": converted(vertexEmbed),
  "vertex-embed-content": converted(vertexEmbedContent),
} as const;

/** The vendor's form, in as many calls as it takes; the answer in OpenAI's, which the client's dialect then reads. */
function embed(vendor: EmbeddingsVendor, { dialect, scanned, body, strict }: CallAsked, { upstreamModel }: CallTarget): CallPlan {
  const native = dialect.asked?.();
  const wire = asWire(parseWire(body.toString("utf8")));
  const asked = readEmbeddings(native?.task === undefined ? wire : { ...wire, input_type: native.task });
  const { codes, warn } = warningsOf(strict);
  const groups = chunked(asked.inputs, Math.max(1, vendor.most(upstreamModel)));
  const bodies = groups.map((inputs) => vendor.request(inputs, asked, upstreamModel, warn));
  let done: number | undefined;
  let counted = true;
  let bytes: Buffer | undefined;
  return {
    warnings: codes, parts: NO_PARTS,
    spent: () => (done === undefined ? undefined : { inputUncached: done }),
    async script(send, call) {
      const replies = await inParallel(groups, AT_ONCE, async (inputs, index): Promise<EmbeddingsReply> => {
        const action = vendor.action?.(inputs);
        const sent = await send({ body: jsonBody(bodies[index]!), ...(action !== undefined && { url: withAction(call.url, action) }) });
        const reply = vendor.reply(replyOf(sent));
        bytes = sent.body;
        if (reply.vectors.length !== inputs.length) throw badReply("The upstream's reply holds another number of answers than it was asked for.");
        if (reply.tokens === undefined) counted = false;
        else done = (done ?? 0) + reply.tokens;
        return reply;
      });
      const all = replies.flatMap(({ vectors }) => vectors);
      if (vendor.passes && replies.length === 1 && counted && all.every((vector) => (typeof vector === "string") === asked.base64)) return bytes!;
      const data = all.map((vector, index) => ({ object: "embedding", index, embedding: vectorAs(vector, asked.base64) }));
      if (!counted && !native) codes.push("estimated");
      // Every client of OpenAI's form reads a usage; where the vendor has none, the charge rests on our own count.
      const tokens = counted ? done : native ? undefined : roughInputTokens(scanned);
      return Buffer.from(JSON.stringify({ object: "list", data, model: upstreamModel, ...(tokens !== undefined && { usage: { prompt_tokens: tokens, total_tokens: tokens } }) }));
    },
    reader: {
      passStream: (options) => dialect.passStream(options),
      passBody(reply, options) {
        const read = dialect.passBody(reply, options);
        if (!counted) delete read.facts.usage;
        return read;
      },
    },
  };
}

function chunked<Item>(items: readonly Item[], most: number): readonly (readonly Item[])[] {
  return Array.from({ length: Math.ceil(items.length / most) }, (_, at) => items.slice(at * most, (at + 1) * most));
}
