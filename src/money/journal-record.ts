import { nano, pico, type Pico } from "#money/amount.ts";
import type { AttemptRecord, BudgetWindowRef, ChargeRecord } from "#money/charge.ts";
import type { Multiplier, RateCard } from "#money/rate-card.ts";
import { RecordBytes } from "#money/record-bytes.ts";
import type { Quantities } from "#money/usage.ts";

/** An admitted request: written before anything goes upstream. */
export type OpenRecord = Readonly<{
  id: string;
  walletId: string;
  userId: string;
  keyId?: string | undefined;
  modelId: string;
  groupId?: string | undefined;
  endpoint: string;
  stream: boolean;
  card: RateCard;
  holdNano: bigint;
  inputTokensMax: number;
}>;

export type JournalRecord =
  | Readonly<{ kind: "open"; record: OpenRecord }>
  | Readonly<{ kind: "done"; record: ChargeRecord }>
  | Readonly<{ kind: "void"; id: string }>
  | Readonly<{ kind: "card"; card: RateCard }>;

/** A line whose check sum is right but whose content is not a record, or which names a card that its segment lacks. */
export class JournalRecordError extends Error {
  override readonly name = "JournalRecordError";
}

/** Texts of our own making (ids, names of outcomes) hold nothing that JSON would escape, so they are spliced in as they are. */
export function writeOpen(out: RecordBytes, r: OpenRecord): void {
  out.raw('{"k":"O","id":"').raw(r.id).raw('","w":"').raw(r.walletId).raw('","u":"').raw(r.userId);
  if (r.keyId !== undefined) out.raw('","key":"').raw(r.keyId);
  out.raw('","m":"').raw(r.modelId);
  if (r.groupId !== undefined) out.raw('","g":"').raw(r.groupId);
  out.raw('","e":').text(r.endpoint).raw(r.stream ? ',"s":true,"c":"' : ',"s":false,"c":"').raw(r.card.id)
    .raw('","h":"').raw(`${r.holdNano}`).raw('","in":').raw(`${r.inputTokensMax}`).raw("}");
}

/** The admitted request never ran. */
export const writeVoid = (out: RecordBytes, id: string): void => void out.raw('{"k":"V","id":"').raw(id).raw('"}');

/** Everything that the settlement needs but the card's body. */
export function writeDone(out: RecordBytes, r: ChargeRecord): void {
  out.raw('{"k":"D","id":"').raw(r.id).raw('","w":"').raw(r.walletId).raw('","u":"').raw(r.userId).raw('","m":"').raw(r.modelId)
    .raw('","c":"').raw(r.card.id).raw('","o":"').raw(r.outcome).raw('","us":"').raw(r.usageSource).raw('","q":');
  writeQuantities(out, r.quantities);
  out.raw(',"sum":"').raw(`${r.sumPico}`).raw('","n":"').raw(`${r.chargeNano}`).raw('","cost":"').raw(`${r.costPico}`).raw('","f":').raw(`${r.flags}`)
    .raw(',"e":').text(r.endpoint).raw(r.stream ? ',"s":true,"st":' : ',"s":false,"st":').raw(`${r.httpStatus}`).raw(',"h":"').raw(`${r.holdNano}`).raw('"');
  if (r.keyId !== undefined) out.raw(',"key":"').raw(r.keyId).raw('"');
  if (r.channelId !== undefined) out.raw(',"ch":"').raw(r.channelId).raw('"');
  if (r.groupId !== undefined) out.raw(',"g":"').raw(r.groupId).raw('"');
  if (r.modelAsked !== undefined) out.raw(',"ma":').text(r.modelAsked);
  if (r.finish !== undefined) out.raw(',"fin":').text(r.finish);
  if (r.errorCode !== undefined) out.raw(',"err":').text(r.errorCode);
  if (r.detail !== undefined) out.raw(',"d":').raw(JSON.stringify(r.detail));
  if (r.latencyMs !== undefined) out.raw(',"l":').raw(`${r.latencyMs}`);
  if (r.ttftMs !== undefined) out.raw(',"t":').raw(`${r.ttftMs}`);
  let next = ',"b":[';
  for (const budget of r.budgets) {
    writeBudget(out.raw(next), budget);
    next = ",";
  }
  if (r.budgets.length > 0) out.raw("]");
  next = ',"a":[';
  for (const attempt of r.attempts) {
    writeAttempt(out.raw(next), attempt);
    next = ",";
  }
  out.raw(r.attempts.length > 0 ? "]}" : ',"a":[]}');
}

/** As `[{every other field},"cost"]`. */
function writeAttempt(out: RecordBytes, a: AttemptRecord): void {
  out.raw('[{"channelId":"').raw(a.channelId).raw('"');
  if (a.credential !== undefined) out.raw(',"credential":').text(a.credential);
  if (a.upstreamModel !== undefined) out.raw(',"upstreamModel":').text(a.upstreamModel);
  if (a.upstreamId !== undefined) out.raw(',"upstreamId":').text(a.upstreamId);
  if (a.errorClass !== undefined) out.raw(',"errorClass":').text(a.errorClass);
  if (a.status !== undefined) out.raw(',"status":').raw(`${a.status}`);
  if (a.latencyMs !== undefined) out.raw(',"latencyMs":').raw(`${a.latencyMs}`);
  if (a.ttftMs !== undefined) out.raw(',"ttftMs":').raw(`${a.ttftMs}`);
  if (a.usage !== undefined) out.raw(',"usage":').raw(JSON.stringify(a.usage));
  out.raw('},"').raw(`${a.costPico}`).raw('"]');
}

const writeBudget = (out: RecordBytes, { scope, period, startsAtMs }: BudgetWindowRef): void =>
  void out.raw('{"scope":').text(scope).raw(',"period":"').raw(period).raw('","startsAtMs":').raw(`${startsAtMs}`).raw("}");

function writeQuantities(out: RecordBytes, quantities: Quantities): void {
  let next = "{";
  for (const item in quantities) {
    out.raw(next).text(item).raw(":").raw(`${quantities[item]}`);
    next = ",";
  }
  out.raw(next === "{" ? "{}" : "}");
}

/** A record that is kept elsewhere than in the journal. */
export function encodeDone(record: ChargeRecord): string {
  const out = new RecordBytes(ONE_RECORD_BYTES);
  writeDone(out, record);
  return out.toString();
}

const ONE_RECORD_BYTES = 2 * 1024;

export const writeCard = (out: RecordBytes, card: RateCard): void => void out.raw(encodeCard(card));

export const encodeCard = (card: RateCard): string => JSON.stringify({
  k: "R", id: card.id, v: card.priceVersionId.toString(), m: card.multipliers, un: [...card.unpriced], ...(card.borders && { bo: card.borders }),
  p: Object.fromEntries(Object.entries(card.prices).map(([item, price]) => [item, price.toString()])),
});

type Wire = Record<string, never> & { k: string; id: string; p: Record<string, string>; m: never; a: [AttemptRecord, string][]; un: string[] };

/**
 * Reads the JSON of one line.
 *
 * @param cards that stood before in the same segment
 * @throws JournalRecordError
 */
export function decodeRecord(json: string, cards: ReadonlyMap<string, RateCard>): JournalRecord {
  const wire = parse(json);
  if (wire.k === "R") return { kind: "card", card: decodeCard(wire) };
  if (wire.k === "V") return { kind: "void", id: wire.id };
  const card = cards.get(wire.c!);
  if (!card) throw new JournalRecordError(`record ${wire.id} names a card that is not there`);
  const common = {
    id: wire.id, walletId: wire.w!, userId: wire.u!, modelId: wire.m as string, endpoint: wire.e!, stream: wire.s!, card, holdNano: nano(BigInt(wire.h!)),
    ...optional("keyId", wire.key), ...optional("groupId", wire.g),
  };
  if (wire.k === "O") return { kind: "open", record: { ...common, inputTokensMax: wire.in! } };
  if (wire.k !== "D") throw new JournalRecordError(`record ${wire.id} is of an unknown kind`);
  return {
    kind: "done",
    record: {
      ...common,
      outcome: wire.o!, usageSource: wire.us!, quantities: wire.q!, sumPico: pico(BigInt(wire.sum!)), chargeNano: nano(BigInt(wire.n!)),
      costPico: pico(BigInt(wire.cost!)), flags: wire.f!, httpStatus: wire.st!, budgets: wire.b ?? [],
      attempts: wire.a.map(([rest, cost]) => ({ ...rest, costPico: pico(BigInt(cost)) })),
      ...optional("channelId", wire.ch), ...optional("modelAsked", wire.ma), ...optional("finish", wire.fin), ...optional("errorCode", wire.err),
      ...optional("detail", wire.d), ...optional("latencyMs", wire.l), ...optional("ttftMs", wire.t),
    },
  };
}

function parse(json: string): Wire {
  try {
    return JSON.parse(json) as Wire;
  } catch {
    throw new JournalRecordError("a line is no JSON");
  }
}

function decodeCard(wire: Wire): RateCard {
  const prices: Record<string, Pico> = {};
  for (const item in wire.p) prices[item] = pico(BigInt(wire.p[item]!));
  const borders = wire.bo as readonly number[] | undefined;
  return {
    id: wire.id, priceVersionId: BigInt(wire.v!), multipliers: wire.m as readonly Multiplier[], prices,
    unpriced: new Set(wire.un), ...(borders && { borders }),
  };
}

const optional = <K extends string, V>(key: K, value: V | undefined): { [P in K]?: V } =>
  (value === undefined ? {} : { [key]: value } as { [P in K]: V });
