import path from "node:path";
import { parseArgs } from "node:util";
import { readEnv } from "#config/env.ts";
import { createBillingStore } from "#money/billing.store.ts";
import { isGone, readHostIdentity } from "#money/host-identity.ts";
import { JournalCorrupt, readJournal } from "#money/journal-reader.ts";
import { replayFolder, type ReplayStore } from "#money/journal-replay.ts";
import { formatUsd } from "#money/parse-amount.ts";
import { ensurePostgres } from "#platform/db/embedded.ts";
import { createPool } from "#platform/db/pool.ts";
import { createLog, type Log } from "#platform/log.ts";

const USAGE = `npm run journal -- inspect DIR
npm run journal -- replay DIR [--skip-damaged] [--force]`;

export type JournalDeps = Readonly<{ store: ReplayStore; log: Log; print: (text: string) => void; complain: (text: string) => void }>;

/** `npm run journal`: looks into a journal folder, or settles what it holds, for a disk moved from a dead machine. */
export default async function run(argv: readonly string[]): Promise<number> {
  const print = (text: string): void => void process.stdout.write(`${text}\n`);
  const complain = (text: string): void => void process.stderr.write(`${text}\n`);
  const asked = readArguments(argv);
  if (!asked) {
    complain(USAGE);
    return 2;
  }
  if (asked.command === "inspect") return inspect(asked.dir, print);
  const env = readEnv();
  const embedded = env.databaseUrl === undefined ? await ensurePostgres(env.dataDir) : undefined;
  const pool = createPool(env.databaseUrl ?? embedded!.url, { name: "journal", max: 4 });
  const log = createLog({ level: env.logLevel, format: env.logFormat, destination: process.stderr });
  try {
    const store = createBillingStore({ pool, settlePool: pool, lowBalanceNano: () => 0n }).replay(log);
    return await replay(asked, { store, log, print, complain });
  } finally {
    await pool.end();
    if (embedded?.started) await embedded.stop();
  }
}

type Arguments = Readonly<{ command: "inspect" | "replay"; dir: string; skipDamaged: boolean; force: boolean }>;

export function readArguments(argv: readonly string[]): Arguments | undefined {
  try {
    const { positionals: [command, dir, ...rest], values } = parseArgs({
      args: [...argv], allowPositionals: true, options: { "skip-damaged": { type: "boolean" }, force: { type: "boolean" } } });
    if ((command !== "inspect" && command !== "replay") || dir === undefined || rest.length > 0) return undefined;
    return { command, dir: path.resolve(dir), skipDamaged: values["skip-damaged"] === true, force: values.force === true };
  } catch {
    return undefined;
  }
}

/** Prints what a journal holds; 1 when a record is damaged, and where. */
export function inspect(dir: string, print: (text: string) => void): number {
  const { lock, done, open, tornBytes, skipped } = readJournal(dir, true);
  print(lock ? `node ${lock.node}, process ${lock.pid} on ${lock.host}: ${isGone(lock, readHostIdentity()) === true ? "gone" : "may be alive"}` : "no lock file");
  let sum = 0n;
  for (const { id, walletId, outcome, chargeNano } of done.values()) {
    sum += chargeNano;
    print(`done  ${id}  wallet ${walletId}  ${outcome}  ${formatUsd(chargeNano)}`);
  }
  for (const { id, walletId, holdNano } of open.values()) print(`open  ${id}  wallet ${walletId}  held ${formatUsd(holdNano)}`);
  print(`${done.size} done (${formatUsd(sum)} USD), ${open.size} open, ${tornBytes} bytes of an unfinished record at the end`);
  for (const { message } of skipped) print(`damaged: ${message}`);
  return skipped.length > 0 ? 1 : 0;
}

/** Settles a journal's records and removes it. 1 when it is damaged or its process may live. */
export async function replay({ dir, skipDamaged, force }: Arguments, { store, log, print, complain }: JournalDeps): Promise<number> {
  try {
    const { lock } = readJournal(dir, true);
    if (!force && lock && isGone(lock, readHostIdentity()) !== true) {
      complain(`The process that writes this journal may be alive (${lock.pid} on ${lock.host}). If it surely is not: --force.`);
      return 1;
    }
    const settled = await replayFolder(dir, lock?.node ?? path.basename(dir).split(".by-")[0]!, store, log, skipDamaged);
    print(`${settled} requests settled; the journal is removed.`);
    return 0;
  } catch (error) {
    if (!(error instanceof JournalCorrupt)) throw error;
    complain(`${error.message}\nNothing was settled. To settle all records but the damaged ones: --skip-damaged.`);
    return 1;
  }
}
