import fs from "node:fs";
import path from "node:path";
import type { ChargeRecord } from "#money/charge.ts";
import type { HostIdentity } from "#money/host-identity.ts";
import { writeCard, writeDone, writeOpen, writeVoid, type OpenRecord } from "#money/journal-record.ts";
import type { RateCard } from "#money/rate-card.ts";
import { RecordBytes } from "#money/record-bytes.ts";
import type { Log } from "#platform/log.ts";
import type { RepeatedBytes } from "#platform/repeated-bytes.ts";
import { beforeTurnEnd } from "#platform/turn.ts";

/** The disk did not take the records of this turn. */
export class JournalUnwritable extends Error {
  override readonly name = "JournalUnwritable";
}

/** One file of the journal; deleted when every request in it is settled. */
export type Segment = { readonly file: string; readonly fd: number; bytes: number; pending: number; readonly bornMs: number; sealed: boolean };

export type JournalOptions = Readonly<{
  /** `<data>/journal`; the journal gets a folder of its own in it, named by the node. */
  root: string;
  nodeId: string;
  identity: HostIdentity;
  log: Log;
  monotonic: () => number;
  /** `each` costs a disk flush a turn and loses nothing to a power cut; `interval` at most the last 50 ms. */
  sync?: "interval" | "each" | "off";
  /** Replaced in tests to fail. */
  writeSync?: (fd: number, data: Buffer) => number;
}>;

/** A new segment begins after this much, or this long after the first record, so that finished ones can go. */
const SEGMENT_BYTES = 64 * 1024 * 1024;
const SEGMENT_MS = 60_000;
const SYNC_MS = 50;

/**
 * Append-only record on the local disk: what was admitted, and what it cost, before the customer sees the end. The page
 * cache survives the death of the process, so one write call an event-loop turn is enough; the disk follows within 50 ms.
 */
export interface Journal {
  /** Adds an OPEN record; it is written by the end of this turn. */
  open(record: OpenRecord): Segment;
  /** Adds a DONE record. */
  done(record: ChargeRecord): Segment;
  /** Adds a VOID record: the admitted request never ran, and nothing is to be written of it. */
  voided(id: string, opened: Segment): void;
  /** Resolves when everything added so far is in the page cache. Rejects with JournalUnwritable when the disk refused. */
  written(): Promise<void>;
  /** The disk refused the last records; `retry` finds out whether it takes some again. */
  readonly broken: boolean;
  retry(): void;
  /** A request that stood in this segment is settled. */
  settled(segment: Segment): void;
  /** The node goes on under another id; the lock file says so, for whoever replays. */
  rename(nodeId: string): void;
  /** Starts a new segment when the present one is old, so that a quiet shop's journal empties too. */
  tidy(): void;
  /** Removes the folder when all is settled, else leaves it for the next start. */
  close(): Promise<void>;
}

export type LockFile = HostIdentity & Readonly<{ node: string }>;

/** Opens a journal in a new folder. Throws when the folder cannot be made. */
export function openJournal(options: JournalOptions): Journal {
  const dir = path.join(options.root, options.nodeId);
  fs.mkdirSync(dir, { recursive: true, mode: 0o700 });
  writeLock(dir, { ...options.identity, node: options.nodeId });
  return createJournal(dir, options);
}

/** Written aside and renamed, so that a reader never sees half of it. */
export function writeLock(dir: string, lock: LockFile): void {
  const draft = path.join(dir, "lock.new");
  fs.writeFileSync(draft, JSON.stringify(lock), { mode: 0o600 });
  fs.renameSync(draft, path.join(dir, "lock"));
}

const ignored = (): void => undefined;

function createJournal(dir: string, { nodeId, identity, log, monotonic, sync = "interval", writeSync = fs.writeSync }: JournalOptions): Journal {
  let node = nodeId;
  let number = 0;
  let segment = newSegment();
  const live = new Set<Segment>([segment]);
  const cards = new Set<string>();
  const lines = new RecordBytes();
  let broken = false;
  /** Harmless to write again: how the disk is tried. */
  let lastCard: RateCard | undefined;
  let turn: Promise<void> | undefined;
  let syncTimer: NodeJS.Timeout | undefined;
  let syncing: Promise<void> = Promise.resolve();

  function newSegment(): Segment {
    number += 1;
    const file = path.join(dir, `${String(number).padStart(8, "0")}.mmj`);
    return { file, fd: fs.openSync(file, "ax", 0o600), bytes: 0, pending: 0, bornMs: monotonic(), sealed: false };
  }

  function add<Record extends { readonly card: RateCard }>(write: (out: RepeatedBytes, record: Record) => void, record: Record): Segment {
    const { card } = record;
    if (!cards.has(card.id)) {
      cards.add(card.id);
      lastCard = card;
      lines.line(writeCard, card);
    }
    append(write, record);
    segment.pending += 1;
    return segment;
  }

  function append<Record>(write: (out: RepeatedBytes, record: Record) => void, record: Record): void {
    lines.line(write, record);
    if (turn !== undefined) return;
    turn = nextTurn();
    turn.catch(ignored); // who waits for it is told; OPEN and VOID records have nobody who does
  }

  function settled(of: Segment): void {
    of.pending -= 1;
    if (of.sealed) removeIfDone(of);
  }

  const nextTurn = (): Promise<void> => new Promise<void>((resolve, reject) => beforeTurnEnd(() => {
    try {
      flush();
      resolve();
    } catch (error) {
      reject(error as Error);
    }
  }));

  /** One turn of the event loop: all its records by one write. */
  function flush(): void {
    turn = undefined;
    writeAll(lines.take());
    if (sync === "each") fs.fdatasyncSync(segment.fd);
    else if (sync === "interval" && !syncTimer) syncTimer = setTimeout(syncNow, SYNC_MS).unref();
    if (segment.bytes >= SEGMENT_BYTES || monotonic() - segment.bornMs >= SEGMENT_MS) rotate();
  }

  function writeAll(data: Buffer): void {
    let done = 0;
    try {
      while (done < data.length) done += writeSync(segment.fd, done === 0 ? data : data.subarray(done));
      segment.bytes += data.length;
      broken = false;
    } catch (error) {
      broken = true;
      // Half a line in the middle of a segment would read as damage.
      cards.clear();
      cutBack();
      log.error({ err: error }, "the journal cannot be written");
      throw new JournalUnwritable("the journal cannot be written", { cause: error });
    }
  }

  function cutBack(): void {
    try {
      fs.ftruncateSync(segment.fd, segment.bytes);
    } catch (error) {
      log.error({ err: error, file: segment.file }, "the journal cannot be cut back to its last whole record");
    }
  }

  function rotate(): void {
    let next: Segment;
    try {
      next = newSegment();
    } catch (error) {
      log.error({ err: error }, "no new journal segment could be made; the old one goes on");
      return;
    }
    const old = segment;
    segment = next;
    live.add(next);
    cards.clear();
    seal(old);
  }

  function seal(old: Segment): void {
    old.sealed = true;
    fs.fdatasync(old.fd, () => fs.close(old.fd, () => undefined));
    removeIfDone(old);
  }

  function removeIfDone(old: Segment): void {
    if (!old.sealed || old.pending > 0) return;
    live.delete(old);
    fs.unlink(old.file, () => undefined);
  }

  function syncNow(): void {
    syncTimer = undefined;
    const { fd } = segment;
    syncing = new Promise((resolve) => {
      fs.fdatasync(fd, (error) => {
        // EBADF: the segment was sealed meanwhile, which flushed it.
        if (error && error.code !== "EBADF") log.error({ err: error }, "the journal cannot be flushed to the disk");
        resolve();
      });
    });
  }

  return {
    open: (record) => add(writeOpen, record),
    done: (record) => add(writeDone, record),
    written: () => turn ?? Promise.resolve(),
    get broken() {
      return broken;
    },
    retry() {
      if (!broken || !lines.empty || !lastCard) return;
      cards.add(lastCard.id);
      try {
        lines.line(writeCard, lastCard);
        writeAll(lines.take());
      } catch {
        // It is told in the log already, and tried again.
      }
    },
    voided(id, opened) {
      append(writeVoid, id);
      settled(opened);
    },
    settled,
    rename(nodeId) {
      node = nodeId;
      writeLock(dir, { ...identity, node });
    },
    tidy() {
      if (lines.empty && segment.bytes > 0 && monotonic() - segment.bornMs >= SEGMENT_MS) rotate();
    },
    async close() {
      clearTimeout(syncTimer);
      if (!lines.empty) flush();
      clearTimeout(syncTimer);
      await syncing;
      fs.fdatasyncSync(segment.fd);
      fs.closeSync(segment.fd);
      if ([...live].every(({ pending }) => pending === 0)) fs.rmSync(dir, { recursive: true, force: true });
      // Given up by a process that lives on: whoever starts next may take it.
      else writeLock(dir, { ...identity, node, pidStart: "closed" });
    },
  };
}
