import type { Pool } from "pg";
import { isUuid, parseRequestId } from "#platform/ids.ts";
import { chargedBetween, keyUsage, type KeyOfWallet, type KeyUsage } from "#reports/key-usage.store.ts";
import { injectionOf, warningsOf } from "#reports/receipt.ts";
import { findReceipt, type Receipt } from "#reports/receipts.store.ts";
import { walletCredits } from "#reports/wallets.store.ts";

/** A receipt in the form of `/v1/generation`: for the request's owner, so without channels and cost. */
export type GenerationView = Readonly<Record<string, unknown>>;

/** What the relay's reading endpoints ask of the books. */
export type RelayLookups = Readonly<{
  /** A wallet that is not there has had nothing. */
  credits(walletId: string): Promise<{ totalCreditsNano: bigint; totalUsageNano: bigint; balanceNano: bigint }>;
  keyUsage(key: KeyOfWallet): Promise<KeyUsage>;
  chargedBetween(of: Readonly<{ walletId: string; keyId?: string }>, from: Date, to: Date): Promise<bigint>;
  /** @param requestId `req_…` or the UUID behind it; undefined = not there (yet), or somebody else's */
  generation(requestId: string, userId: string): Promise<GenerationView | undefined>;
}>;

export const createRelayLookups = (pool: Pool): RelayLookups => ({
  async credits(walletId) {
    const { creditsNano = 0n, usageNano = 0n, balanceNano = 0n } = (await walletCredits(pool, walletId)) ?? {};
    return { totalCreditsNano: creditsNano, totalUsageNano: usageNano, balanceNano };
  },
  keyUsage: (key) => keyUsage(pool, key),
  chargedBetween: (of, from, to) => chargedBetween(pool, of, from, to),
  async generation(requestId, userId) {
    const uuid = isUuid(requestId) ? requestId : parseRequestId(requestId);
    const receipt = uuid && (await findReceipt(pool, uuid, userId));
    return receipt ? generationView(receipt) : undefined;
  },
});

/** `total_cost` is a JSON number because this form is other people's; `total_cost_nano_usd` is exact. */
export function generationView(receipt: Receipt): GenerationView {
  const multiplier = productOf(receipt.multipliers.map(({ ppm }) => ppm));
  return {
    id: receipt.id,
    request_id: receipt.id,
    created_at: receipt.at.toISOString(),
    model: receipt.model,
    model_asked: receipt.modelAsked,
    endpoint: receipt.endpoint,
    dialect: receipt.detail.dialect ?? null,
    stream: receipt.stream,
    finish_reason: receipt.finish,
    native_finish_reason: receipt.detail.native_finish ?? receipt.detail.nativeFinish ?? null,
    cancelled: receipt.status === "cancelled",
    status: receipt.status,
    outcome: receipt.outcome,
    usage: receipt.usage,
    usage_source: receipt.usageSource,
    line_items: receipt.lines.map((line) => ({
      bucket: line.item,
      quantity: line.quantity,
      unit_price_pico_usd: jsonInteger(line.unitPico),
      multiplier,
      amount_pico_usd: line.amountPico.toString(),
      amount_nano_usd: jsonInteger(line.amountNano),
    })),
    total_cost: Number(receipt.chargeNano) / 1e9,
    total_cost_nano_usd: jsonInteger(receipt.chargeNano),
    price_id: jsonInteger(receipt.priceVersion),
    group_ratio: receipt.groupPpm === null ? null : receipt.groupPpm / 1e6,
    latency_ms: receipt.latencyMs,
    first_token_ms: receipt.ttftMs,
    generation_ms: receipt.latencyMs === null || receipt.ttftMs === null ? null : receipt.latencyMs - receipt.ttftMs,
    warnings: warningsOf(receipt.detail),
    injected_tokens_estimate: injectionOf(receipt.detail)?.tokens ?? null,
    attempts: receipt.attempts.map(({ n, status, errorClass, latencyMs }) => ({ n, status, error_class: errorClass, ms: latencyMs })),
  };
}

/** A whole number as a JSON number while that is exact, as text above 2^53. */
export const jsonInteger = (value: bigint): number | string =>
  value >= -9_007_199_254_740_991n && value <= 9_007_199_254_740_991n ? Number(value) : value.toString();

/** All factors on the list price as one, to six decimals. */
const productOf = (ppms: readonly number[]): number => ppms.reduce((product, ppm) => product * (ppm / 1e6), 1);
