import { billedQuantities } from "#money/price.ts";
import type { AttemptRecord, ChargeRecord } from "#money/charge.ts";
import type { Draw } from "#money/draw.ts";
import { jsonList, plainArray, storableJson, textArray } from "#money/pg-arrays.ts";
import type { RateCard } from "#money/rate-card.ts";
import { COLUMN_ITEMS, type ColumnItem, type Quantities } from "#money/usage.ts";
import type { Queryable } from "#platform/db/queryable.ts";

const INT_MAX = 2_147_483_647;

/** Milliseconds and status codes as the database's integers: whole, within range. */
const int = (value: number | undefined): number | null => (value === undefined ? null : Math.max(0, Math.min(INT_MAX, Math.round(value))));
const smallInt = (value: number | undefined): number | null => (value === undefined ? null : Math.min(32_767, int(value)!));

const NOTHING = {};

const isColumn = (item: string): item is ColumnItem => (COLUMN_ITEMS as readonly string[]).includes(item);

/** Freezes the cards that the database does not have; returns the ids that are surely there once this commits. */
export async function insertCards(client: Queryable, records: readonly ChargeRecord[], known: ReadonlySet<string>): Promise<readonly string[]> {
  const cards = new Map<string, RateCard>();
  for (const { card } of records) if (!known.has(card.id)) cards.set(card.id, card);
  if (cards.size === 0) return [];
  const list = [...cards.values()].sort((a, b) => (a.id < b.id ? -1 : 1));
  const price = (item: ColumnItem): string => plainArray(list.map(({ prices }) => prices[item] ?? 0n));
  await client.query({
    name: "mm-cards",
    text: `INSERT INTO rate_cards (id, price_version_id, multipliers, p_input, p_cache_read, p_cache_write_5m, p_cache_write_1h, p_output, p_reasoning, p_other)
      SELECT * FROM unnest($1::uuid[], $2::bigint[], $3::jsonb[], $4::bigint[], $5::bigint[], $6::bigint[], $7::bigint[], $8::bigint[], $9::bigint[], $10::jsonb[])
      ON CONFLICT (id) DO NOTHING`,
    values: [
      plainArray(list.map(({ id }) => id)), plainArray(list.map(({ priceVersionId }) => priceVersionId)),
      textArray(list.map(({ multipliers }) => storableJson(multipliers))),
      ...COLUMN_ITEMS.map(price), textArray(list.map(otherPrices)),
    ],
  });
  return list.map(({ id }) => id);
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

const CHARGE_COLUMNS = `id, at, wallet_id, user_id, key_id, model_id, channel_id, rate_card_id, outcome, usage_source,
  u_input, u_cache_read, u_cache_write_5m, u_cache_write_1h, u_output, u_reasoning, u_other, sum_pico, charge_nano, lots_nano, paid_nano, debt_nano,
  cost_pico, flags, group_id, endpoint, stream, http_status, model_asked, finish, error_code, hold_nano, detail, latency_ms, ttft_ms, settlement_id`;

const INSERT_CHARGES = `INSERT INTO charges (${CHARGE_COLUMNS})
  SELECT id, mm_uuid_ms(id), wallet, usr, key, model, channel, card, outcome, source, ui, ucr, uc5, uc1, uo, ur, uother, sum, charge, lots, paid, debt,
         cost, flags, grp, endpoint, stream, status, asked, finish, error, hold, detail, latency, ttft, $1
    FROM ROWS FROM (unnest($2::uuid[], $3::uuid[], $4::uuid[], $5::uuid[], $6::uuid[], $7::uuid[], $8::uuid[], $9::text[], $10::text[],
      $11::bigint[], $12::bigint[], $13::bigint[], $14::bigint[], $15::bigint[], $16::bigint[], $17::numeric[], $18::bigint[],
      $19::bigint[], $20::bigint[], $21::bigint[], $22::numeric[], $23::int[], $24::uuid[], $25::text[], $26::boolean[], $27::smallint[],
      $28::text[], $29::text[], $30::text[], $31::bigint[], $32::int[], $33::int[]), jsonb_array_elements($34::jsonb), jsonb_array_elements($35::jsonb))
    AS t(id, wallet, usr, key, model, channel, card, outcome, source, ui, ucr, uc5, uc1, uo, ur, sum, charge,
      lots, paid, debt, cost, flags, grp, endpoint, stream, status, asked, finish, error, hold, latency, ttft, uother, detail)`;

/** Plain insert: an id that is there already fails the batch. */
export async function insertCharges(client: Queryable, settlementId: string, records: readonly ChargeRecord[], draws: ReadonlyMap<string, Draw>): Promise<void> {
  const billed = records.map(({ card, quantities }) => billedQuantities(card, quantities));
  const plain = (pick: (record: ChargeRecord) => string | number | bigint | boolean | null | undefined): string => plainArray(records.map(pick));
  const text = (pick: (record: ChargeRecord) => string | undefined): string => textArray(records.map(pick));
  await client.query({
    name: "mm-charges",
    text: INSERT_CHARGES,
    values: [
      settlementId, plain((r) => r.id), plain((r) => r.walletId), plain((r) => r.userId), plain((r) => r.keyId), plain((r) => r.modelId),
      plain((r) => r.channelId), plain((r) => r.card.id), plain((r) => r.outcome), plain((r) => r.usageSource),
      ...COLUMN_ITEMS.map((item) => plainArray(billed.map((quantities) => quantities[item] ?? 0))),
      plain((r) => r.sumPico), plain((r) => r.chargeNano),
      plain((r) => draws.get(r.id)!.lots), plain((r) => draws.get(r.id)!.paid), plain((r) => draws.get(r.id)!.debt),
      plain((r) => r.costPico), plain((r) => r.flags), plain((r) => r.groupId), text((r) => r.endpoint), plain((r) => r.stream),
      plain((r) => smallInt(r.httpStatus)), text((r) => r.modelAsked), text((r) => r.finish), text((r) => r.errorCode), plain((r) => r.holdNano),
      plain((r) => int(r.latencyMs)), plain((r) => int(r.ttftMs)), jsonList(billed.map(otherQuantities)), jsonList(records.map(({ detail }) => storableJson(detail ?? NOTHING))),
    ],
  });
}

const INSERT_ATTEMPTS = `INSERT INTO attempts (request_id, at, n, channel_id, credential, upstream_model, upstream_id, error_class, status, latency_ms, ttft_ms, usage, cost_pico)
  SELECT id, mm_uuid_ms(id), n, channel, credential, model, upstream, error, status, latency, ttft, usage, cost
    FROM ROWS FROM (unnest($1::uuid[], $2::smallint[], $3::uuid[], $4::uuid[], $5::text[], $6::text[], $7::text[], $8::smallint[], $9::int[], $10::int[], $11::numeric[]),
      jsonb_array_elements($12::jsonb))
    AS t(id, n, channel, credential, model, upstream, error, status, latency, ttft, cost, usage)`;

export async function insertAttempts(client: Queryable, records: readonly ChargeRecord[]): Promise<void> {
  const rows: { id: string; n: number; attempt: AttemptRecord }[] = [];
  for (const { id, attempts } of records) attempts.forEach((attempt, i) => rows.push({ id, n: i + 1, attempt }));
  if (rows.length === 0) return;
  const plain = (pick: (attempt: AttemptRecord) => string | number | bigint | null | undefined): string => plainArray(rows.map(({ attempt }) => pick(attempt)));
  const text = (pick: (attempt: AttemptRecord) => string | undefined): string => textArray(rows.map(({ attempt }) => pick(attempt)));
  await client.query({
    name: "mm-attempts",
    text: INSERT_ATTEMPTS,
    values: [
      plainArray(rows.map(({ id }) => id)), plainArray(rows.map(({ n }) => n)), plain((a) => a.channelId), plain((a) => a.credential),
      text((a) => a.upstreamModel), text((a) => a.upstreamId), text((a) => a.errorClass), plain((a) => smallInt(a.status)), plain((a) => int(a.latencyMs)),
      plain((a) => int(a.ttftMs)), plain((a) => a.costPico), jsonList(rows.map(({ attempt }) => storableJson(attempt.usage ?? NOTHING))),
    ],
  });
}
