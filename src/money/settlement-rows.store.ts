import { billedQuantities } from "#money/price.ts";
import type { AttemptRecord, ChargeRecord } from "#money/charge.ts";
import type { Draw } from "#money/draw.ts";
import { plainArray, storableJson, textArray } from "#money/pg-arrays.ts";
import type { RateCard } from "#money/rate-card.ts";
import { COLUMN_ITEMS, type ColumnItem, type Quantities } from "#money/usage.ts";
import { CopyRows } from "#platform/db/copy-rows.ts";
import type { Step } from "#platform/db/together.ts";
import { uuidMs } from "#platform/ids.ts";

const INT_MAX = 2_147_483_647;

/** Milliseconds and status codes as the database's integers: whole, within range. */
const int = (value: number | undefined): number | undefined => (value === undefined ? undefined : Math.max(0, Math.min(INT_MAX, Math.round(value))));
const smallInt = (value: number | undefined): number | undefined => (value === undefined ? undefined : Math.min(32_767, int(value)!));

const NOTHING = {};

const isColumn = (item: string): item is ColumnItem => (COLUMN_ITEMS as readonly string[]).includes(item);

/** The cards that the database may not have. */
export function unknownCards(records: readonly ChargeRecord[], known: ReadonlySet<string>): readonly RateCard[] {
  const cards = new Map<string, RateCard>();
  for (const { card } of records) if (!known.has(card.id)) cards.set(card.id, card);
  return [...cards.values()].sort((a, b) => (a.id < b.id ? -1 : 1));
}

/** Freezes cards that are not there yet. */
export function cardsStep(cards: readonly RateCard[]): Step {
  const price = (item: ColumnItem): string => plainArray(cards.map(({ prices }) => prices[item] ?? 0n));
  return {
    name: "mm-cards",
    text: `INSERT INTO rate_cards (id, price_version_id, multipliers, p_input, p_cache_read, p_cache_write_5m, p_cache_write_1h, p_output, p_reasoning, p_other)
      SELECT * FROM unnest($1::uuid[], $2::bigint[], $3::jsonb[], $4::bigint[], $5::bigint[], $6::bigint[], $7::bigint[], $8::bigint[], $9::bigint[], $10::jsonb[])
      ON CONFLICT (id) DO NOTHING`,
    values: [
      plainArray(cards.map(({ id }) => id)), plainArray(cards.map(({ priceVersionId }) => priceVersionId)),
      textArray(cards.map(({ multipliers }) => storableJson(multipliers))),
      ...COLUMN_ITEMS.map(price), textArray(cards.map(otherPrices)),
    ],
  };
}

/** Prices are written as JSON numbers: `jsonb` keeps every digit. */
function otherPrices({ prices }: RateCard): string {
  const others = Object.keys(prices).filter((item) => !isColumn(item));
  return `{${others.map((item) => `${JSON.stringify(item)}:${prices[item]}`).join(",")}}`;
}

function otherQuantities(quantities: Quantities): string {
  let json = "";
  for (const item in quantities) {
    if (!isColumn(item) && quantities[item]! > 0) json += `${json === "" ? "" : ","}${JSON.stringify(item)}:${quantities[item]}`;
  }
  return `{${json}}`;
}

const CHARGE_COLUMNS = [
  "id", "at", "wallet_id", "user_id", "key_id", "model_id", "channel_id", "rate_card_id", "outcome", "usage_source",
  "u_input", "u_cache_read", "u_cache_write_5m", "u_cache_write_1h", "u_output", "u_reasoning", "u_other", "sum_pico", "charge_nano", "lots_nano", "paid_nano", "debt_nano",
  "cost_pico", "flags", "group_id", "endpoint", "stream", "http_status", "model_asked", "finish", "error_code", "hold_nano", "detail", "latency_ms", "ttft_ms", "settlement_id",
] as const;
/** Most rows are smaller. */
const CHARGE_BYTES = 768, ATTEMPT_BYTES = 256;

/** An id that is there already fails the batch. */
export function chargesStep(settlementId: string, records: readonly ChargeRecord[], draws: ReadonlyMap<string, Draw>): Step {
  const rows = new CopyRows(CHARGE_BYTES * records.length), detailOf = rememberLast(storableJson);
  for (const record of records) writeCharge(rows, settlementId, record, draws.get(record.id)!, detailOf);
  return { name: "mm-charges", text: `COPY charges (${CHARGE_COLUMNS.join()}) FROM STDIN (FORMAT binary)`, copy: rows.take() };
}

/** In the order of `CHARGE_COLUMNS`. */
function writeCharge(rows: CopyRows, settlementId: string, r: ChargeRecord, { lots, paid, debt }: Draw, detailOf: (detail: object) => string): void {
  const quantities = billedQuantities(r.card, r.quantities);
  rows.row(CHARGE_COLUMNS.length).uuid(r.id).instant(uuidMs(r.id)).uuid(r.walletId).uuid(r.userId).uuid(r.keyId).uuid(r.modelId).uuid(r.channelId)
    .uuid(r.card.id).text(r.outcome).text(r.usageSource);
  for (const item of COLUMN_ITEMS) rows.int8(quantities[item] ?? 0);
  rows.jsonb(otherQuantities(quantities)).numeric(r.sumPico).int8(r.chargeNano).int8(lots).int8(paid).int8(debt)
    .numeric(r.costPico).int4(r.flags).uuid(r.groupId).text(r.endpoint).bool(r.stream).int2(smallInt(r.httpStatus)).text(r.modelAsked).text(r.finish)
    .text(r.errorCode).int8(r.holdNano).jsonb(detailOf(r.detail ?? NOTHING)).int4(int(r.latencyMs)).int4(int(r.ttftMs)).uuid(settlementId);
}

/** The same thing as before gives the same again: most records share their details. */
function rememberLast<Given, Made>(make: (given: Given) => Made): (given: Given) => Made {
  let last: Readonly<{ given: Given; made: Made }> | undefined;
  return (given) => (last?.given === given ? last : (last = { given, made: make(given) })).made;
}

const ATTEMPT_COLUMNS = [
  "request_id", "at", "n", "channel_id", "credential", "upstream_model", "upstream_id", "error_class", "status", "latency_ms", "ttft_ms", "usage", "cost_pico",
] as const;

export function attemptsStep(records: readonly ChargeRecord[]): Step {
  const rows = new CopyRows(ATTEMPT_BYTES * records.length);
  for (const { id, attempts } of records) attempts.forEach((attempt, i) => writeAttempt(rows, id, i + 1, attempt));
  return { name: "mm-attempts", text: `COPY attempts (${ATTEMPT_COLUMNS.join()}) FROM STDIN (FORMAT binary)`, copy: rows.take() };
}

/** In the order of `ATTEMPT_COLUMNS`. */
function writeAttempt(rows: CopyRows, id: string, n: number, a: AttemptRecord): void {
  rows.row(ATTEMPT_COLUMNS.length).uuid(id).instant(uuidMs(id)).int2(n).uuid(a.channelId).uuid(a.credential).text(a.upstreamModel).text(a.upstreamId)
    .text(a.errorClass).int2(smallInt(a.status)).int4(int(a.latencyMs)).int4(int(a.ttftMs)).jsonb(storableJson(a.usage ?? NOTHING)).numeric(a.costPico);
}
