import { nano, pico, type Pico } from "#money/amount.ts";
import type { AttemptRecord, BudgetWindowRef, ChargeRecord } from "#money/charge.ts";
import type { Multiplier, RateCard } from "#money/rate-card.ts";
import type { Quantities } from "#money/usage.ts";
import { RepeatedBytes } from "#platform/repeated-bytes.ts";

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
export function writeOpen(out: RepeatedBytes, r: OpenRecord): void {
  out.pair('{"k":"O","id":"', r.id).pair('","w":"', r.walletId).pair('","u":"', r.userId);
  if (r.keyId !== undefined) out.pair('","key":"', r.keyId);
  out.pair('","m":"', r.modelId);
  if (r.groupId !== undefined) out.pair('","g":"', r.groupId);
  out.pair('","e":', r.endpoint, json).pair(',"s":', r.stream ? "true" : "false").pair(',"c":"', r.card.id)
    .pair('","h":"', `${r.holdNano}`).pair('","in":', `${r.inputTokensMax}`).text("}");
}

/** The admitted request never ran. */
export const writeVoid = (out: RepeatedBytes, id: string): void => void out.pair('{"k":"V","id":"', id).text('"}');

/** Everything that the settlement needs but the card's body. */
export function writeDone(out: RepeatedBytes, r: ChargeRecord): void {
  out.pair('{"k":"D","id":"', r.id).pair('","w":"', r.walletId).pair('","u":"', r.userId).pair('","m":"', r.modelId)
    .pair('","c":"', r.card.id).pair('","o":"', r.outcome).pair('","us":"', r.usageSource).text('","q":');
  writeQuantities(out, r.quantities);
  out.pair(',"sum":"', `${r.sumPico}`).pair('","n":"', `${r.chargeNano}`).pair('","cost":"', `${r.costPico}`).pair('","f":', `${r.flags}`)
    .pair(',"e":', r.endpoint, json).pair(',"s":', r.stream ? "true" : "false").pair(',"st":', `${r.httpStatus}`).pair(',"h":"', `${r.holdNano}`).text('"');
  if (r.keyId !== undefined) out.pair(',"key":"', r.keyId).text('"');
  if (r.channelId !== undefined) out.pair(',"ch":"', r.channelId).text('"');
  if (r.groupId !== undefined) out.pair(',"g":"', r.groupId).text('"');
  if (r.modelAsked !== undefined) out.pair(',"ma":', r.modelAsked, json);
  if (r.finish !== undefined) out.pair(',"fin":', r.finish, json);
  if (r.errorCode !== undefined) out.pair(',"err":', r.errorCode, json);
  if (r.detail !== undefined) out.pair(',"d":', r.detail, json);
  if (r.latencyMs !== undefined) out.pair(',"l":', `${r.latencyMs}`);
  if (r.ttftMs !== undefined) out.pair(',"t":', `${r.ttftMs}`);
  let next = ',"b":[';
  for (const budget of r.budgets) {
    writeBudget(out.text(next), budget);
    next = ",";
  }
  if (r.budgets.length > 0) out.text("]");
  next = ',"a":[';
  for (const attempt of r.attempts) {
    writeAttempt(out.text(next), attempt);
    next = ",";
  }
  out.text(r.attempts.length > 0 ? "]}" : ',"a":[]}');
}

/** As `[{every other field},"cost"]`. */
function writeAttempt(out: RepeatedBytes, a: AttemptRecord): void {
  out.pair('[{"channelId":"', a.channelId).text('"');
  if (a.credential !== undefined) out.pair(',"credential":', a.credential, json);
  if (a.upstreamModel !== undefined) out.pair(',"upstreamModel":', a.upstreamModel, json);
  if (a.upstreamId !== undefined) out.pair(',"upstreamId":', a.upstreamId, json);
  if (a.errorClass !== undefined) out.pair(',"errorClass":', a.errorClass, json);
  if (a.status !== undefined) out.pair(',"status":', `${a.status}`);
  if (a.latencyMs !== undefined) out.pair(',"latencyMs":', `${a.latencyMs}`);
  if (a.ttftMs !== undefined) out.pair(',"ttftMs":', `${a.ttftMs}`);
  if (a.usage !== undefined) out.pair(',"usage":', a.usage, json);
  out.pair('},"', `${a.costPico}`).text('"]');
}

const writeBudget = (out: RepeatedBytes, { scope, period, startsAtMs }: BudgetWindowRef): void =>
  void out.pair('{"scope":', scope, json).pair(',"period":"', period).pair('","startsAtMs":', `${startsAtMs}`).text("}");

function writeQuantities(out: RepeatedBytes, quantities: Quantities): void {
  let next = "{";
  for (const item in quantities) {
    out.pair(next, item, json).pair(":", `${quantities[item]}`);
    next = ",";
  }
  out.text(next === "{" ? "{}" : "}");
}

/** A record that is kept elsewhere than in the journal. */
export function encodeDone(record: ChargeRecord): string {
  const out = new RepeatedBytes({ encoding: "utf8" });
  writeDone(out, record);
  return out.end().toString();
}

export const writeCard = (out: RepeatedBytes, card: RateCard): void => void out.pair("", encodeCard(card));

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

const json = (value: string | object): string => JSON.stringify(value);

const optional = <K extends string, V>(key: K, value: V | undefined): { [P in K]?: V } =>
  (value === undefined ? {} : { [key]: value } as { [P in K]: V });
