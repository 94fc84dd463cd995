import { pico } from "#money/amount.ts";
import type { AttemptRecord } from "#money/charge.ts";
import { priceUsage } from "#money/price.ts";
import { inputTokensOf, toQuantities } from "#money/usage.ts";
import type { Usage } from "#money/usage.ts";
import type { Choice } from "#relay/routing/router.ts";
import type { Failure } from "#relay/upstream/failure.ts";
import type { Tried } from "#relay/upstream/tried.ts";
import type { Model, Route, Snapshot } from "#snapshot/snapshot.ts";

const PICO_PER_NANO = 1000n;

export type AttemptRecordInput = Readonly<{
  tried: Tried;
  model: Model;
  snapshot: Snapshot;
  admittedAtMs: number;
  /** What the vendor reported, or our estimate of it. */
  usage: Usage | undefined;
  errorClass?: string | undefined;
  status?: number | undefined;
}>;

/** The row of one try: whom it reached, how it ended, what the vendor takes for it. */
export function attemptRecord({ tried, model, snapshot, admittedAtMs, usage, errorClass, status }: AttemptRecordInput): AttemptRecord {
  const { choice: { offer: { route }, key }, attempt } = tried;
  const upstreamId = attempt.upstreamId ?? attempt.facts?.upstreamId ?? attempt.facts?.id;
  const httpStatus = status ?? attempt.status;
  const { endedAt, contentAt, startedAt } = attempt;
  return {
    channelId: route.channel.id,
    upstreamModel: route.upstreamModel,
    credential: key?.id,
    upstreamId: upstreamId?.slice(0, 128),
    errorClass,
    status: httpStatus,
    latencyMs: endedAt === undefined ? undefined : Math.round(endedAt - startedAt),
    ttftMs: contentAt === undefined ? undefined : Math.round(contentAt - startedAt),
    usage: usage?.raw as Readonly<Record<string, unknown>> | undefined,
    costPico: usageCost(usage, snapshot, route, model, admittedAtMs),
  };
}

/** The row of a try that never reached its vendor, as the channel's key bought no token. */
export const unsentRecord = ({ offer: { route }, key }: Choice, failure: Failure): AttemptRecord => ({
  channelId: route.channel.id, upstreamModel: route.upstreamModel, credential: key?.id, upstreamId: undefined,
  errorClass: failure.class, status: failure.fault?.status || undefined, latencyMs: undefined, ttftMs: undefined, usage: undefined, costPico: pico(0n),
});

/** What the vendor takes: by the channel's cost price, else as the vendor says, else unknown, which counts as nothing. */
export function usageCost(usage: Usage | undefined, snapshot: Snapshot, route: Route, model: Model, atMs: number): AttemptRecord["costPico"] {
  if (!usage) return pico(0n);
  const price = snapshot.cost(route, model, atMs);
  if (!price) return pico((usage.vendorCostNanoUsd ?? 0n) * PICO_PER_NANO);
  const quantities = toQuantities(usage);
  return priceUsage(price.card(inputTokensOf(usage), atMs, usage.serviceTier), quantities).sumPico;
}
