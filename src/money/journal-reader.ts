import fs from "node:fs";
import path from "node:path";
import { crc32 } from "node:zlib";
import type { ChargeRecord } from "#money/charge.ts";
import type { LockFile } from "#money/journal.ts";
import { decodeRecord, JournalRecordError, type OpenRecord } from "#money/journal-record.ts";
import type { RateCard } from "#money/rate-card.ts";

/** A record in the middle of a journal is damaged: nothing of it may be settled by a machine. */
export class JournalCorrupt extends Error {
  override readonly name = "JournalCorrupt";
  readonly file: string;
  readonly offset: number;
  constructor(file: string, offset: number, problem: string) {
    super(`${file} at byte ${offset}: ${problem}`);
    this.file = file;
    this.offset = offset;
  }
}

export type JournalContent = Readonly<{
  lock: LockFile | undefined;
  /** Requests whose charge is known, by id. */
  done: ReadonlyMap<string, ChargeRecord>;
  /** Requests that never got so far, by id. */
  open: ReadonlyMap<string, OpenRecord>;
  /** Bytes of a record at the very end that was not finished when the process died. */
  tornBytes: number;
  /** Damaged records; only when they were to be skipped. */
  skipped: readonly JournalCorrupt[];
}>;

const NEWLINE = 0x0a;

/**
 * Reads a journal folder. An unfinished last record is what a kill leaves behind and ignored: the end of that answer was
 * never released.
 *
 * @param skipDamaged read over damaged records and report them (by hand only)
 * @throws JournalCorrupt when a record before others is damaged
 */
export function readJournal(dir: string, skipDamaged = false): JournalContent {
  const done = new Map<string, ChargeRecord>();
  const open = new Map<string, OpenRecord>();
  const voided = new Set<string>();
  const skipped: JournalCorrupt[] = [];
  let tornBytes = 0;
  const files = fs.readdirSync(dir).filter((name) => name.endsWith(".mmj")).sort();
  files.forEach((name, i) => {
    const file = path.join(dir, name);
    const problem = (offset: number, text: string): void => {
      const error = new JournalCorrupt(file, offset, text);
      if (!skipDamaged) throw error;
      skipped.push(error);
    };
    const cards = new Map<string, RateCard>();
    const { torn } = readLines(fs.readFileSync(file), (json, offset) => {
      try {
        const read = decodeRecord(json, cards);
        if (read.kind === "card") cards.set(read.card.id, read.card);
        else if (read.kind === "open") open.set(read.record.id, read.record);
        else if (read.kind === "void") voided.add(read.id);
        else done.set(read.record.id, read.record);
      } catch (error) {
        if (!(error instanceof JournalRecordError)) throw error;
        problem(offset, error.message);
      }
    }, problem);
    if (torn > 0 && i < files.length - 1) problem(fs.statSync(file).size - torn, "ends within a record, and a later segment exists");
    else tornBytes = torn;
  });
  for (const id of done.keys()) open.delete(id);
  for (const id of voided) open.delete(id);
  return { lock: readLock(dir), done, open, tornBytes, skipped };
}

/** Calls back for each good line; damage is torn only when nothing good follows it. */
function readLines(data: Buffer, good: (json: string, offset: number) => void, damaged: (offset: number, problem: string) => void): { torn: number } {
  let bad: number | undefined;
  for (let offset = 0; offset < data.length;) {
    const end = data.indexOf(NEWLINE, offset);
    const json = end === -1 ? undefined : check(data.subarray(offset, end));
    if (json === undefined) {
      bad ??= offset;
    } else {
      if (bad !== undefined) damaged(bad, "the check sum is wrong");
      bad = undefined;
      good(json, offset);
    }
    if (end === -1) break;
    offset = end + 1;
  }
  return { torn: bad === undefined ? 0 : data.length - bad };
}

function check(line: Buffer): string | undefined {
  const sum = line.toString("latin1", 0, 9);
  if (!/^[0-9a-f]{8} $/.test(sum)) return undefined;
  const body = line.subarray(9);
  return crc32(body) === Number.parseInt(sum, 16) ? body.toString("utf8") : undefined;
}

/** Who writes this journal, or wrote it; undefined when the process died before it said so. */
export function readLock(dir: string): LockFile | undefined {
  try {
    return JSON.parse(fs.readFileSync(path.join(dir, "lock"), "utf8")) as LockFile;
  } catch {
    return undefined;
  }
}
