import fs from "node:fs";
import path from "node:path";
import { nano, pico } from "#money/amount.ts";
import { FLAG, type ChargeRecord } from "#money/charge.ts";
import { isGone, type HostIdentity } from "#money/host-identity.ts";
import { readJournal, readLock } from "#money/journal-reader.ts";
import type { OpenRecord } from "#money/journal-record.ts";
import { writeLock } from "#money/journal.ts";
import type { Log } from "#platform/log.ts";

/** The database's side of a replay. */
export interface ReplayStore {
  /** Ids that are charged or put aside already. */
  known(ids: readonly string[]): Promise<ReadonlySet<string>>;
  /** Settles records with the leases of the dead node; returns when they are in the database. */
  settle(nodeId: string, records: readonly ChargeRecord[]): Promise<void>;
  /** Has the node of another machine been silent for 30 s? */
  isSilent(nodeId: string): Promise<boolean>;
  /** Gives back the leases of a node whose process is gone. */
  reap(nodeId: string): Promise<void>;
}

export type ReplayOptions = Readonly<{ root: string; identity: HostIdentity; store: ReplayStore; log: Log; claimId: string }>;

/**
 * Takes over the journals of processes that are gone and settles what they left. Safe to be killed at any point, and to
 * run in several processes at once: taking a folder is renaming it, and a charge is written once by its id.
 *
 * A damaged journal is left for a person, with an alarm; the others are replayed.
 *
 * @returns how many requests were settled
 */
export async function replayDead({ root, identity, store, log, claimId }: ReplayOptions): Promise<number> {
  let settled = 0;
  for (const name of foldersIn(root)) {
    const dir = path.join(root, name);
    const lock = readLock(dir);
    const nodeId = lock?.node ?? name.split(".by-")[0]!;
    const gone = lock ? isGone(lock, identity) ?? await store.isSilent(nodeId) : isAbandoned(dir);
    if (!gone) continue;
    const claimed = path.join(root, `${name.split(".by-")[0]!}.by-${claimId}`);
    try {
      fs.renameSync(dir, claimed);
      writeLock(claimed, { ...identity, node: nodeId });
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === "ENOENT") continue; // another process was faster
      throw error;
    }
    try {
      settled += await replayFolder(claimed, nodeId, store, log);
    } catch (error) {
      log.error({ err: error, dir: claimed }, "a journal cannot be replayed: see `npm run journal -- inspect`");
      releaseClaim(claimed, lock);
    }
  }
  return settled;
}

/** Replays one folder and removes it. Throws JournalCorrupt. */
export async function replayFolder(dir: string, nodeId: string, store: ReplayStore, log: Log, skipDamaged = false): Promise<number> {
  const { done, open, tornBytes, skipped } = readJournal(dir, skipDamaged);
  const known = await store.known([...done.keys(), ...open.keys()]);
  const records = [...[...done.values()], ...[...open.values()].map(interrupted)].filter(({ id }) => !known.has(id));
  await store.settle(nodeId, records);
  await store.reap(nodeId);
  fs.rmSync(dir, { recursive: true, force: true });
  if (records.length > 0 || tornBytes > 0 || skipped.length > 0) {
    log.warn({ settled: records.length, interrupted: open.size, known: known.size, tornBytes, skipped: skipped.length }, "replayed the journal of a dead node");
  }
  return records.length;
}

/**
 * What becomes of a request whose process died: free for the customer. What the vendor takes is not known without its
 * usage, so the row says that there may be a cost, and how long the input was at most.
 */
function interrupted({ inputTokensMax, ...open }: OpenRecord): ChargeRecord {
  return {
    ...open, outcome: "interrupted", usageSource: "none", quantities: {}, sumPico: pico(0n), chargeNano: nano(0n), costPico: pico(0n),
    flags: FLAG.POSSIBLE_UPSTREAM_COST, httpStatus: 500, holdNano: nano(open.holdNano), errorCode: "interrupted",
    detail: { input_tokens_max: inputTokensMax }, attempts: [], budgets: [],
  };
}

function foldersIn(root: string): string[] {
  try {
    return fs.readdirSync(root, { withFileTypes: true }).filter((entry) => entry.isDirectory()).map(({ name }) => name).sort();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return [];
    throw error;
  }
}

/** A folder without a lock file: its process died while it made it, unless it is doing so right now. */
function isAbandoned(dir: string): boolean {
  try {
    return Date.now() - fs.statSync(dir).mtimeMs > 10_000;
  } catch {
    return false;
  }
}

/** The folder is again what it was, for the next start or a person. */
function releaseClaim(claimed: string, lock: ReturnType<typeof readLock>): void {
  try {
    if (lock) writeLock(claimed, lock);
  } catch {
    // Then the claim stays, and ends with this process.
  }
}
