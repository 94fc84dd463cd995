import { isInMemory, type BodyPart } from "#platform/outbound/body-part.ts";
import type { RelayState, RequestContext } from "#relay/context.ts";
import { createConversion } from "#relay/conversion/conversion.ts";
import type { Operation } from "#relay/dialects/dialect.ts";
import { RelayError } from "#relay/errors.ts";
import type { ScannedRequest } from "#relay/http/body/scan.ts";
import type { Plan } from "#relay/plan.ts";
import type { Tree } from "#relay/policy/json-pointer.ts";
import { costFacts } from "#relay/policy/shape-body.ts";
import type { Offer } from "#relay/routing/candidates.ts";
import { speak } from "#relay/upstream/speak.ts";
import { toldOf } from "#relay/upstream/tried.ts";
import type { CallInput } from "#relay/upstream/tried.ts";

type Asked = Readonly<{ operation: Operation; scanned: ScannedRequest; body: Buffer }>;
type Weight = Readonly<{ maxTokens?: number | undefined; candidates: number; grown: number }>;

/**
 * A request as the channels' settings make it, as far as that decides what it can cost: the most that any of those who
 * may answer would be asked for. What is set aside for it covers all of them.
 */
export function weigh(state: RelayState, context: RequestContext, plan: Plan, { operation, scanned, body }: Asked): ScannedRequest {
  if (!plan.weighs) return scanned;
  const weights = plan.offers.flatMap((offer) => weightOn(state, context, plan, { operation, scanned, body }, offer));
  context.warnings = context.changes = [];
  if (weights.length === 0) return scanned;
  const { maxTokens: _asked, ...rest } = scanned;
  const caps = weights.map(({ maxTokens }) => maxTokens);
  return {
    ...rest,
    ...(caps.every((cap) => cap !== undefined) && { maxTokens: Math.max(...caps) }),
    candidates: Math.max(...weights.map(({ candidates }) => candidates)),
    textBytes: scanned.textBytes + Math.max(...weights.map(({ grown }) => grown)),
  };
}

const bytesOf = (parts: readonly BodyPart[]): Buffer => Buffer.concat(parts.filter(isInMemory));

/** Nothing where the channel would not take the request at all. */
function weightOn(state: RelayState, context: RequestContext, plan: Plan, { operation, scanned, body }: Asked, offer: Offer): readonly Weight[] {
  const { policy } = offer, told = toldOf(offer, state);
  const grown = policy?.injectedTokensMax ?? 0;
  if (!policy?.override?.money) return [{ maxTokens: scanned.maxTokens ?? policy?.preset?.maxTokens, candidates: scanned.candidates, grown }];
  const input: CallInput = { state, context, operation, model: plan.model, scanned, body, conversion: createConversion(context, scanned, body), tokens: 0, media: undefined, form: undefined };
  const { override: _override, ...without } = policy;
  const flags = state.health.flags(offer.route.channel.id, offer.provider.flags);
  try {
    const sent = bytesOf(speak(input, told, flags).parts), plain = bytesOf(speak(input, { ...told, policy: without }, flags).parts);
    return [{ ...costFacts(JSON.parse(sent.toString("utf8")) as Tree), grown: grown + Math.max(0, sent.length - plain.length) }];
  } catch (error) {
    if (error instanceof RelayError) return [];
    throw error;
  }
}
