import type { Pool } from "pg";
import type { ProbeSubject } from "#channels/probe-target.store.ts";
import { nano, pico, ppm, type Pico } from "#money/amount.ts";
import type { AttemptRecord, ChargeRecord } from "#money/charge.ts";
import { compilePrice, parsePriceDocument, priceUsage } from "#money/price.ts";
import { settleBatch } from "#money/settlement.store.ts";
import { toQuantities, totalInputTokens, type Usage } from "#money/usage.ts";
import { uuidv7 } from "#platform/ids.ts";

/** Whose requests tests and probes are: a user that nobody can sign in as, made by the first migration. */
export const HOUSE = { userId: "00000000-0000-7000-8000-000000000001", walletId: "00000000-0000-7000-8000-000000000003" } as const;

/** One request of a test, as far as the books want it. */
export type TestedCall = Readonly<{
  operation: string; stream: boolean; ok: boolean; status?: number; latencyMs: number; firstMs?: number; usage?: Usage; upstreamId?: string; errorClass?: string;
}>;

/**
 * Books a test's requests to the house: price 0, the vendor's cost as with every other request. What reached no
 * vendor and what has no price version to stand under is not booked.
 *
 * @returns the requests' ids, and what the vendor takes for them
 */
export async function bookTest(pool: Pool, subject: ProbeSubject, calls: readonly TestedCall[], nowMs: number): Promise<Readonly<{ ids: readonly string[]; costPico: Pico }>> {
  const { model } = subject;
  const sold = model?.sold;
  const reached = calls.filter(({ status }) => status !== undefined);
  if (!model || !sold || reached.length === 0) return { ids: [], costPico: pico(0n) };
  const records = reached.map((call) => toRecord(subject, model, sold, call, nowMs));
  const client = await pool.connect();
  try {
    await settleBatch(client, {
      settlementId: uuidv7(), nodeId: HOUSE.userId, records, known: { cards: new Set(), accounts: new Map() }, hasBudgetLeases: false, lowBalanceNano: 0n,
    });
  } finally {
    client.release();
  }
  return { ids: records.map(({ id }) => id), costPico: pico(records.reduce((sum, { costPico }) => sum + costPico, 0n)) };
}

type Model = NonNullable<ProbeSubject["model"]>;
type Sold = NonNullable<Model["sold"]>;

function toRecord(subject: ProbeSubject, model: Model, sold: Sold, call: TestedCall, nowMs: number): ChargeRecord {
  const quantities = call.usage ? toQuantities(call.usage) : {};
  const input = totalInputTokens(quantities);
  const free = compilePrice({ versionId: sold.versionId, document: parsePriceDocument(sold.document), multipliers: [{ source: "discount", name: "house", ppm: ppm(0) }] });
  const costPico = call.usage ? priceUsage(costPrice(subject, model, sold).card(input, nowMs, call.usage.serviceTier), quantities).sumPico : pico(0n);
  const attempt: AttemptRecord = {
    channelId: subject.channelId, upstreamModel: model.upstreamName, latencyMs: call.latencyMs, costPico,
    ...(subject.key && { credential: subject.key.id }), ...(call.status !== undefined && { status: call.status }), ...(call.firstMs !== undefined && { ttftMs: call.firstMs }),
    ...(call.upstreamId !== undefined && { upstreamId: call.upstreamId.slice(0, 128) }), ...(call.errorClass !== undefined && { errorClass: call.errorClass }),
    ...(call.usage?.raw !== undefined && { usage: call.usage.raw as Readonly<Record<string, unknown>> }),
  };
  return {
    id: uuidv7(nowMs), ...HOUSE, modelId: sold.modelId, channelId: subject.channelId, card: free.card(input, nowMs), outcome: call.ok ? "ok" : "upstream_error",
    usageSource: call.usage ? "upstream" : "none", quantities, sumPico: pico(0n), chargeNano: nano(0n), costPico, flags: 0, endpoint: call.operation, stream: call.stream,
    httpStatus: call.status ?? 502, modelAsked: model.publicName, holdNano: nano(0n), detail: { test: true }, latencyMs: call.latencyMs, attempts: [attempt], budgets: [],
    ...(call.firstMs !== undefined && { ttftMs: call.firstMs }),
  };
}

/** As with customers' requests: the channel's own cost of the model, else its factor on the vendor's list price, else on the shop's. */
function costPrice({ costPpm, name }: ProbeSubject, { ownCost }: Model, { versionId, document, listPrice }: Sold) {
  if (ownCost) return compilePrice({ versionId, document: parsePriceDocument(ownCost), multipliers: [] });
  return compilePrice({ versionId, document: parsePriceDocument(listPrice ?? document), multipliers: [{ source: "channel", name, ppm: ppm(costPpm) }] });
}
