import { crc32 } from "node:zlib";
import { nano, pico, type Pico } from "#money/amount.ts";
import type { AttemptRecord, BudgetWindowRef, ChargeRecord } from "#money/charge.ts";
import type { Multiplier, RateCard } from "#money/rate-card.ts";
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

/** One line: CRC-32 in 8 hex digits, blank, JSON, newline. */
export const toLine = (json: string): string => `${crc32(json).toString(16).padStart(8, "0")} ${json}\n`;

/** Texts of our own making (ids, endpoint names) hold nothing that JSON would escape, so they are spliced in as they are. */
export const encodeOpen = (r: OpenRecord): string =>
  `{"k":"O","id":"${r.id}","w":"${r.walletId}","u":"${r.userId}",${r.keyId === undefined ? "" : `"key":"${r.keyId}",`}"m":"${r.modelId}",`
  + `${r.groupId === undefined ? "" : `"g":"${r.groupId}",`}"e":${text(r.endpoint)},"s":${r.stream},"c":"${r.card.id}","h":"${r.holdNano}","in":${r.inputTokensMax}}`;

/** The admitted request never ran. */
export const encodeVoid = (id: string): string => `{"k":"V","id":"${id}"}`;

/** Everything that the settlement needs but the card's body. */
export function encodeDone(r: ChargeRecord): string {
  let json = `{"k":"D","id":"${r.id}","w":"${r.walletId}","u":"${r.userId}","m":"${r.modelId}","c":"${r.card.id}","o":"${r.outcome}",`
    + `"us":"${r.usageSource}","q":${quantitiesJson(r.quantities)},"sum":"${r.sumPico}","n":"${r.chargeNano}","cost":"${r.costPico}","f":${r.flags},`
    + `"e":${text(r.endpoint)},"s":${r.stream},"st":${r.httpStatus},"h":"${r.holdNano}"`;
  if (r.keyId !== undefined) json += `,"key":"${r.keyId}"`;
  if (r.channelId !== undefined) json += `,"ch":"${r.channelId}"`;
  if (r.groupId !== undefined) json += `,"g":"${r.groupId}"`;
  if (r.modelAsked !== undefined) json += `,"ma":${text(r.modelAsked)}`;
  if (r.finish !== undefined) json += `,"fin":${text(r.finish)}`;
  if (r.errorCode !== undefined) json += `,"err":${text(r.errorCode)}`;
  if (r.detail !== undefined) json += `,"d":${JSON.stringify(r.detail)}`;
  if (r.latencyMs !== undefined) json += `,"l":${r.latencyMs}`;
  if (r.ttftMs !== undefined) json += `,"t":${r.ttftMs}`;
  if (r.budgets.length > 0) json += `,"b":[${r.budgets.map(budgetJson).join(",")}]`;
  let attempts = "";
  for (const attempt of r.attempts) attempts += (attempts === "" ? "" : ",") + encodeAttempt(attempt);
  return `${json},"a":[${attempts}]}`;
}

/** As `[{every other field},"cost"]`. */
function encodeAttempt(a: AttemptRecord): string {
  let json = `{"channelId":"${a.channelId}"`;
  if (a.credential !== undefined) json += `,"credential":${text(a.credential)}`;
  if (a.upstreamModel !== undefined) json += `,"upstreamModel":${text(a.upstreamModel)}`;
  if (a.upstreamId !== undefined) json += `,"upstreamId":${text(a.upstreamId)}`;
  if (a.errorClass !== undefined) json += `,"errorClass":${text(a.errorClass)}`;
  if (a.status !== undefined) json += `,"status":${a.status}`;
  if (a.latencyMs !== undefined) json += `,"latencyMs":${a.latencyMs}`;
  if (a.ttftMs !== undefined) json += `,"ttftMs":${a.ttftMs}`;
  if (a.usage !== undefined) json += `,"usage":${JSON.stringify(a.usage)}`;
  return `[${json}},"${a.costPico}"]`;
}

const budgetJson = ({ scope, period, startsAtMs }: BudgetWindowRef): string => `{"scope":${text(scope)},"period":"${period}","startsAtMs":${startsAtMs}}`;

function quantitiesJson(quantities: Quantities): string {
  let json = "{";
  for (const item in quantities) json += `${json === "{" ? "" : ","}${text(item)}:${quantities[item]}`;
  return `${json}}`;
}

/** Letters that stand in JSON as they are; most of our texts hold no others. */
const PLAIN = /^[\w\-./: ]*$/;

const text = (value: string): string => (PLAIN.test(value) ? `"${value}"` : JSON.stringify(value));

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
