import type { Job, RelayState, RequestContext } from "#relay/context.ts";
import { debugHeaders } from "#relay/debug-headers.ts";
import type { RelayError } from "#relay/errors.ts";
import { relayHeaders } from "#relay/http/headers.ts";
import type { AnswerHeaders, RelayHeaderFacts } from "#relay/http/headers.ts";
import type { Once } from "#relay/idempotency/once.ts";
import type { KeptReply } from "#relay/idempotency/reply-store.ts";
import type { Ending } from "#relay/metering/ending.ts";
import type { Settled } from "#relay/metering/settle.ts";
import type { ReadAnswer } from "#relay/read/serve-read.ts";
import type { StreamWriter } from "#relay/upstream/stream-writer.ts";

/** The facts of a metered answer's head. */
const served = (state: RelayState, { context, model, hold }: Job, own: Pick<RelayHeaderFacts, "stream" | "contentType" | "contentLength" | "costNanoUsd" | "attempts">): RelayHeaderFacts => ({
  requestId: context.idText,
  stream: own.stream,
  contentType: own.contentType,
  manner: context.form.manner,
  nowMs: state.clock.now(),
  contentLength: own.contentLength,
  processingMs: state.clock.monotonic() - context.startedAt,
  costNanoUsd: own.costNanoUsd,
  maxTokens: hold.maxTokens,
  model: model.name,
  attempts: own.attempts,
  warnings: context.warnings,
  requests: context.requestLimit,
  tokens: context.tokenLimit,
  close: context.closing,
});

/** The facts of an answer that was not metered. */
const common = (context: RequestContext): RelayHeaderFacts =>
  ({ manner: context.form.manner, requestId: context.idText, requests: context.requestLimit, tokens: context.tokenLimit, close: context.closing });

const withDebug = (state: RelayState, context: RequestContext, headers: AnswerHeaders): AnswerHeaders => {
  const more = debugHeaders(state, context);
  return more ? { ...headers, ...more } : headers;
};

/** The head of a stream; goes out with its first byte, so tries are counted as far as they are known. */
export const streamHeaders = (state: RelayState, job: Job): AnswerHeaders =>
  withDebug(state, job.context, relayHeaders(served(state, job, { stream: true, contentType: job.context.replyType ?? job.context.style?.contentType, attempts: job.context.attempts.length + 1 })));

/** The head of a whole answer. */
const bodyHeaders = (state: RelayState, job: Job, body: Buffer, { chargeNano }: Settled): AnswerHeaders =>
  relayHeaders(served(state, job, { contentType: job.context.replyType, contentLength: body.length, costNanoUsd: chargeNano, attempts: Math.max(1, job.context.attempts.length) }));

/** The head of a whole answer that is not there yet: what it costs is told by its receipt alone. */
export const keptAliveHeaders = (state: RelayState, job: Job): AnswerHeaders =>
  withDebug(state, job.context, { ...relayHeaders(served(state, job, { attempts: Math.max(1, job.context.attempts.length) })), "x-accel-buffering": "no" });

/** What of a whole answer is given again to who asks again. */
export function keptReply(state: RelayState, job: Job, body: Buffer, settled: Settled): KeptReply {
  const entries = Object.entries(bodyHeaders(state, job, body, settled)).filter((entry): entry is [string, string] => entry[1] !== undefined && (entry[0] === "content-type" || entry[0].startsWith("x-modelmart-")));
  return { status: 200, headers: Object.fromEntries(entries), body };
}

/** The same answer as before, under the id of the request that was charged. */
export function sendReplay(context: RequestContext, { requestId, reply: { status, headers, body } }: NonNullable<Once["before"]>): void {
  context.status = status;
  const { reply } = context;
  if (reply.gone) return;
  reply.head(status, { ...relayHeaders({ ...common(context), requestId, contentLength: body.length }), ...headers, "idempotent-replayed": "true" });
  reply.end(body);
}

/** A whole answer, now that its charge is durable. */
export function sendBody(state: RelayState, job: Job, body: Buffer, settled: Settled): void {
  const { context } = job;
  context.status = 200;
  if (context.reply.gone) return;
  if (context.keepAlive?.begun) {
    context.keepAlive.end(body);
    return;
  }
  context.reply.head(200, withDebug(state, context, bodyHeaders(state, job, body, settled)));
  context.reply.end(body);
}

/** The end of a stream that has begun: the withheld terminal event, or the error in its place. */
export function sendStreamEnd(context: RequestContext, writer: StreamWriter, { tried, facts, error }: Ending, { chargeNano }: Settled): void {
  context.status = 200;
  if (context.reply.gone || context.left !== undefined) return;
  if (error && context.style?.raw) {
    context.errorCode = error.code;
    writer.stop();
    context.reply.destroy();
    return;
  }
  const cost = context.inbound.headers["x-modelmart-cost"] === "1" && !context.style?.framing && !context.style?.raw ? `: cost-nano-usd=${chargeNano}\n\n` : "";
  if (error) {
    context.errorCode = error.code;
    writer.end((tried?.attempt.fail(error, context.idText) ?? context.dialect.encodeStreamError(error, context.idText, facts?.id)) + cost);
    return;
  }
  const tail = tried!.attempt.tail();
  writer.end(cost === "" ? tail : Buffer.concat([tail, Buffer.from(cost)]));
}

/** An error before anything was sent, or in-band once something was. */
export function sendError(state: RelayState, context: RequestContext, error: RelayError, writer: StreamWriter | undefined): void {
  const { reply } = context;
  if (reply.gone) return;
  if (writer?.begun && !context.style?.raw) {
    writer.end(context.dialect.encodeStreamError(error, context.idText, undefined));
    return;
  }
  if (context.keepAlive?.begun) {
    context.keepAlive.end(Buffer.from(JSON.stringify(context.form.encodeError(error, context.idText))));
    return;
  }
  if (!reply.pristine) {
    reply.destroy();
    return;
  }
  const body = Buffer.from(JSON.stringify(context.form.encodeError(error, context.idText)));
  reply.head(context.form.errorStatus(error), withDebug(state, context, relayHeaders({ ...common(context), error, contentLength: body.length })));
  reply.end(context.inbound.method === "HEAD" ? undefined : body);
}

export function sendRead(context: RequestContext, { status, body, headers }: ReadAnswer): void {
  context.status = status;
  const { reply } = context;
  if (reply.gone) return;
  reply.head(status, { ...relayHeaders({ ...common(context), ...(status !== 304 && { contentLength: body.length }) }), ...headers });
  reply.end(context.inbound.method === "HEAD" || status === 304 ? undefined : body);
}
