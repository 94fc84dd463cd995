import type { PassOptions, ReplyFacts } from "#relay/dialects/dialect.ts";
import { GeminiFacts } from "#relay/dialects/gemini/facts.ts";
import { renamed } from "#relay/dialects/gemini/model-version.ts";
import { aggregateStream } from "#relay/dialects/gemini/aggregate.ts";
import { readReplies } from "#relay/dialects/gemini/stream-decoder.ts";
import { looksLikeEvents } from "#relay/http/sse.ts";

const BRACKET = 91;

/** A whole reply with the public name of the model in it; a stream that came instead is put together. @throws RelayError bad_upstream_response */
export function passBody(body: Buffer, { rewriteModel, publicModel }: PassOptions): Readonly<{ facts: ReplyFacts; body: Buffer }> {
  const whole = looksLikeEvents(body) || body.toString("latin1", 0, 16).trimStart().charCodeAt(0) === BRACKET ? aggregateStream(body) : body;
  const facts = new GeminiFacts();
  const replies = readReplies(whole);
  for (const reply of replies) facts.take(reply);
  facts.complete = facts.error === undefined;
  return { facts, body: rewriteModel && !facts.error ? renamed(whole, replies[0], publicModel) : whole };
}
