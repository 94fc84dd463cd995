import type { Nano } from "#money/amount.ts";
import type { ChargeRecord } from "#money/charge.ts";
import { decodeRecord, encodeDone, JournalRecordError } from "#money/journal-record.ts";
import type { RateCard } from "#money/rate-card.ts";

/**
 * One finished request on its way into the database, as its journal line says it: one string where the record would be
 * some twenty objects that every small collection copies while they wait.
 */
export type SettleItem = Readonly<{
  id: string;
  walletId: string;
  chargeNano: Nano;
  card: RateCard;
  /** What `encodeDone` wrote. */
  json: string;
  /** When it was handed over, by the monotonic clock. */
  sinceMs: number;
}>;

export const settleItem = (record: ChargeRecord, sinceMs: number): SettleItem =>
  ({ id: record.id, walletId: record.walletId, chargeNano: record.chargeNano, card: record.card, json: encodeDone(record), sinceMs });

/** The record again. @throws JournalRecordError when the line is none of `encodeDone` */
export const recordOf = ({ json, card }: Pick<SettleItem, "json" | "card">): ChargeRecord => doneRecord(json, new Map([[card.id, card]]));

/** @throws JournalRecordError when the line is none of `encodeDone`, or names another card */
export function doneRecord(json: string, cards: ReadonlyMap<string, RateCard>): ChargeRecord {
  const read = decodeRecord(json, cards);
  if (read.kind !== "done") throw new JournalRecordError("a finished request was expected");
  return read.record;
}
