import { TOKEN_ITEMS } from "#money/price-items.ts";
import type { Job, RelayState } from "#relay/context.ts";
import { createConversion } from "#relay/conversion/conversion.ts";
import type { MediaAsk } from "#relay/dialects/media-ask.ts";
import { searchUnits } from "#relay/metering/media-worst.ts";
import { deliveredWhole, NOTHING_DELIVERED } from "#relay/metering/ending.ts";
import { RelayError } from "#relay/errors.ts";
import type { Ending } from "#relay/metering/ending.ts";
import { deliver } from "#relay/routing/failover.ts";
import type { Choice, Router } from "#relay/routing/router.ts";
import { toRelayError } from "#relay/upstream/failure.ts";
import { passStream } from "#relay/upstream/pass-stream.ts";
import type { StreamWriter } from "#relay/upstream/stream-writer.ts";

/** An answer of one piece, waiting for its charge. */
export type Answer = Readonly<{ ending: Ending; body?: Buffer }>;

/** A bug in what follows admission must not leave money set aside for ever: it ends the request like a failed vendor. */
export const answerOrFail = (state: RelayState, job: Job, router: Router, first: Choice, writer: StreamWriter | undefined): Promise<Answer> =>
  answer(state, job, router, first, writer).catch((cause: unknown) => {
    const error = new RelayError("internal_error", "Something went wrong on our side.", { cause });
    state.log.error({ err: cause, request: job.context.idText }, "a request failed after its admission");
    return { ending: { how: "failed", delivered: NOTHING_DELIVERED, stopped: true, possibleCost: true, error } };
  });

/**
 * Stages 8 to 10: sends the request, fails over, lets a stream pass. Nothing is thrown: every end, good or bad, is an
 * ending that must be settled, because money is set aside.
 */
async function answer(state: RelayState, job: Job, router: Router, first: Choice, writer: StreamWriter | undefined): Promise<Answer> {
  const { context, operation, model, scanned, body, form, hold } = job;
  const input = {
    state, context, operation, model, scanned, body, form,
    conversion: createConversion(context, scanned, body, { form, source: state.contents }), tokens: job.tokensTaken, media: mediaOf(job),
    ...(hold.maxTokens !== undefined && { maxTokens: hold.maxTokens }), ...(job.attemptsMax !== undefined && { attemptsMax: job.attemptsMax }), ...(job.tier !== undefined && { tier: job.tier }),
  };
  const unsent = { delivered: NOTHING_DELIVERED, stopped: true, possibleCost: false };
  if (context.reply.gone) {
    context.left ??= "before";
    return { ending: { ...unsent, how: "left-before" } };
  }
  if (context.cut) return { ending: { ...unsent, how: "failed", error: context.cut } };
  const delivery = await deliver(input, router, first);
  switch (delivery.kind) {
    case "failed":
      return { ending: failedEnding(job, delivery) };
    case "body":
      context.replyType = delivery.facts.contentType;
      return { body: delivery.body, ending: bodyEnding(job, delivery) };
    case "stream":
      context.answering = delivery.tried;
      context.replyType = delivery.tried.attempt.facts!.contentType;
      return { ending: await passStream({ state, context, hold, tried: delivery.tried, held: delivery.held, writer: writer!, empty: delivery.empty, outputPico: outputPrice(job, delivery.tried.choice) }) };
  }
}

/** What is asked for, with what the price wants to know of the answer. */
function mediaOf({ scanned: { media, textBytes, ranges }, body, price, context }: Job): MediaAsk | undefined {
  if (media === undefined) return undefined;
  const { prices } = price.card(0, context.admittedAtMs);
  const asked = { ...media, textBytes, byTokens: TOKEN_ITEMS.some((item) => (prices[item] ?? 0n) > 0n) };
  const range = media.documents === undefined ? undefined : ranges.get("documents");
  if (!range) return asked;
  let documents: readonly unknown[] | undefined;
  return {
    ...asked,
    unitsMax: searchUnits(media.documents!, textBytes),
    documentAt: (index) => (documents ??= JSON.parse(body.toString("utf8", range[0], range[1])) as readonly unknown[])[index],
  };
}

type Delivery = Awaited<ReturnType<typeof deliver>>;

function failedEnding({ context }: Job, { failure, possibleCost, begun }: Extract<Delivery, { kind: "failed" }>): Ending {
  const facts = begun?.attempt.facts;
  const shared = { delivered: NOTHING_DELIVERED, ...(begun && { tried: begun }), ...(facts && { facts }) };
  if (context.left === undefined) {
    return { ...shared, ...(failure.blocked && { facts: failure.blocked }), how: "failed", stopped: true, possibleCost, error: context.cut ?? toRelayError(failure) };
  }
  // A vendor that stops billing when we hang up has cost nothing before its first byte.
  const stops = begun?.choice.offer.provider.flags.stopsBillingOnAbort === true;
  if (context.left === "before") return { ...shared, how: "left-before", stopped: true, possibleCost: begun !== undefined && !stops };
  // A whole answer that did not come in time gave nothing that could be charged.
  if (context.left === "body") return { ...shared, how: "failed", stopped: true, possibleCost: true };
  return { ...shared, how: "left-stream", stopped: true, possibleCost: false };
}

function bodyEnding({ context }: Job, { tried, facts, empty }: Extract<Delivery, { kind: "body" }>): Ending {
  const how = context.left === "before" ? "left-before" : context.left !== undefined ? "left-body" : empty ? "empty" : "complete";
  return { how, tried, facts, delivered: deliveredWhole(facts), stopped: false, possibleCost: false };
}

/** What a token of output costs us where that is known, else what it costs the customer. */
function outputPrice({ context, model, price }: Job, { offer: { route } }: Choice): bigint {
  const { snapshot, admittedAtMs } = context;
  const cost = snapshot.cost(route, model, admittedAtMs) ?? price;
  return cost.card(0, admittedAtMs).prices.output ?? 0n;
}
