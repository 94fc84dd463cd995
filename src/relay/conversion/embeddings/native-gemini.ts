import { NO_PARTS } from "#relay/conversion/calls/call-codec.ts";
import type { CallAsked, CallPlan, CallTarget } from "#relay/conversion/calls/call-codec.ts";
import { badReply, jsonBody, replyOf } from "#relay/conversion/calls/vendor-reply.ts";
import { withAction } from "#relay/conversion/embeddings/with-action.ts";
import type { ReplyFacts } from "#relay/dialects/dialect.ts";
import { normaliseUsage } from "#relay/dialects/gemini/usage.ts";
import { asWire, isWire, listOf } from "#relay/dialects/stream-kit/wire.ts";
import type { Wire } from "#relay/dialects/stream-kit/wire.ts";
import { inParallel } from "#relay/upstream/scripted.ts";
import { inputTokensOf } from "#money/usage.ts";

/** Requests that one `batchEmbedContents` takes. */
const BATCH_MAX = 100;
const AT_ONCE = 4;

/** A client of Google's embeddings before Google: its own words go there, and the answer comes back as it is. */
export function nativeGemini({ dialect }: CallAsked, { upstreamModel }: CallTarget): CallPlan {
  const { body } = dialect.asked!()!;
  const model = `models/${upstreamModel.replace(/^models\//, "")}`;
  const batch = body.requests !== undefined;
  const requests = (batch ? listOf(body.requests).map(asWire) : [body]).map((one) => ({ ...one, model }));
  let done: number | undefined;
  let usage: Wire | undefined;
  return {
    warnings: [], parts: NO_PARTS,
    spent: () => (done === undefined ? undefined : { inputUncached: done }),
    async script(send, call) {
      const groups = batch ? Array.from({ length: Math.ceil(requests.length / BATCH_MAX) }, (_, at) => requests.slice(at * BATCH_MAX, (at + 1) * BATCH_MAX)) : [requests];
      const url = withAction(call.url, batch ? "batchEmbedContents" : "embedContent");
      const replies = await inParallel(groups, AT_ONCE, async (group) => {
        const reply = await send({ url, body: jsonBody(batch ? { requests: group } : group[0]!) });
        const wire = replyOf(reply);
        if (isWire(wire.usageMetadata)) {
          done = (done ?? 0) + inputTokensOf(normaliseUsage(wire.usageMetadata).usage);
          usage = added(usage, wire.usageMetadata);
        }
        if (batch ? listOf(wire.embeddings).length !== group.length : !isWire(wire.embedding)) throw badReply("The upstream's reply holds another number of answers than it was asked for.");
        return { bytes: reply.body, wire };
      });
      if (replies.length === 1) return replies[0]!.bytes;
      return Buffer.from(JSON.stringify({ embeddings: replies.flatMap(({ wire }) => listOf(wire.embeddings)), ...(usage && { usageMetadata: usage }) }));
    },
    reader: {
      passStream: (options) => dialect.passStream(options),
      passBody: (reply) => ({ body: reply, facts: factsOf(usage) }),
    },
  };
}

/** Counts of the parts together; what they are counts of by modality goes along from each. */
function added(sum: Wire | undefined, more: Wire): Wire {
  if (!sum) return more;
  const total = (name: string): number => Number(sum[name] ?? 0) + Number(more[name] ?? 0);
  const details = [...listOf(sum.promptTokensDetails ?? sum.promptTokenDetails), ...listOf(more.promptTokensDetails ?? more.promptTokenDetails)];
  return { ...sum, promptTokenCount: total("promptTokenCount"), ...(sum.totalTokenCount !== undefined && { totalTokenCount: total("totalTokenCount") }), promptTokensDetails: details };
}

function factsOf(metadata: Wire | undefined): ReplyFacts {
  // The newer embeddings spell the details in the singular.
  const told = metadata && normaliseUsage({ ...metadata, promptTokensDetails: metadata.promptTokensDetails ?? metadata.promptTokenDetails ?? [] });
  return {
    ...(told && { usage: told.usage }), usageInconsistent: told?.inconsistent ?? false,
    content: true, complete: true, contentBytes: 0, contentCjk: 0, text: [], textTruncated: false,
  };
}
