import { parseArgs } from "node:util";
import type { Pool } from "pg";
import { readEnv } from "#config/env.ts";
import { explainWallet } from "#money/explain.store.ts";
import { checkInvariants } from "#money/invariants.store.ts";
import { formatUsd } from "#money/parse-amount.ts";
import { ensurePostgres } from "#platform/db/embedded.ts";
import { createPool } from "#platform/db/pool.ts";

const USAGE = `npm run ledger -- check [--json]
npm run ledger -- explain WALLET`;

export type LedgerDeps = Readonly<{ pool: Pool; print: (text: string) => void; complain: (text: string) => void }>;

/** `npm run ledger`: checks the books, or tells a wallet's story. Works whether the shop runs or not. */
export default async function run(argv: readonly string[]): Promise<number> {
  const env = readEnv();
  const embedded = env.databaseUrl === undefined ? await ensurePostgres(env.dataDir) : undefined;
  const pool = createPool(env.databaseUrl ?? embedded!.url, { name: "ledger", max: 2 });
  try {
    return await main(argv, { pool, print: (text) => void process.stdout.write(`${text}\n`), complain: (text) => void process.stderr.write(`${text}\n`) });
  } finally {
    await pool.end();
    if (embedded?.started) await embedded.stop();
  }
}

/** @returns the exit code: 0 when the books are sound, 1 when not, 2 when the arguments are wrong */
export async function main(argv: readonly string[], deps: LedgerDeps): Promise<number> {
  const arguments_ = readArguments(argv);
  if (arguments_?.command === "check") return check(deps, arguments_.json);
  if (arguments_?.command === "explain") return explain(deps, arguments_.wallet);
  deps.complain(USAGE);
  return 2;
}

type Arguments = { command: "check"; json: boolean } | { command: "explain"; wallet: string };

function readArguments(argv: readonly string[]): Arguments | undefined {
  try {
    const { positionals: [command, wallet, ...rest], values } = parseArgs({ args: [...argv], allowPositionals: true, options: { json: { type: "boolean" } } });
    if (command === "check" && wallet === undefined) return { command, json: values.json === true };
    if (command === "explain" && wallet !== undefined && rest.length === 0) return { command, wallet };
  } catch {
    // An unknown option: the usage says what there is.
  }
  return undefined;
}

async function check({ pool, print }: LedgerDeps, json: boolean): Promise<number> {
  const results = await checkInvariants(pool);
  const ok = results.every(({ rows }) => rows === 0);
  if (json) print(JSON.stringify({ ok, invariants: results }));
  else for (const { id, says, rows, sample } of results) print(`${id.padEnd(4)} ${String(rows).padStart(6)}  ${says}${rows > 0 ? `: ${sample.join(", ")}` : ""}`);
  return ok ? 0 : 1;
}

async function explain({ pool, print, complain }: LedgerDeps, walletId: string): Promise<number> {
  const story = await explainWallet(pool, walletId);
  if (!story) {
    complain(`There is no wallet ${walletId}.`);
    return 1;
  }
  print(`bucket      wallet            ledger`);
  for (const { bucket, wallet, ledger } of story.buckets) {
    print(`${bucket.padEnd(8)} ${formatUsd(wallet).padStart(16)}  ${formatUsd(ledger).padStart(16)}${wallet === ledger ? "" : "  <- differ"}`);
  }
  print(`lots: ${story.lots.length} open, ${formatUsd(story.lots.reduce((sum, { remaining }) => sum + remaining, 0n))} in all`);
  print(`leased: ${formatUsd(story.leased)} on the wallet, ${formatUsd(story.leases.reduce((sum, { amount }) => sum + amount, 0n))} by ${story.leases.length} nodes, ${formatUsd(story.durableHolds)} held durably`);
  if (story.divergence) {
    print(`\nThe first place where ledger and charges part: settlement ${story.divergence.settlementId}: charges ${formatUsd(story.divergence.charges)}, ledger ${formatUsd(story.divergence.ledger)}`);
  }
  print(`\nlast entries${story.divergence ? " up to there" : ""}:`);
  for (const { at, kind, key, bucket, amount } of story.entries) {
    print(`${at.toISOString()}  ${kind.padEnd(18)} ${bucket.padEnd(6)} ${formatUsd(amount).padStart(16)}  ${key}`);
  }
  return story.buckets.every(({ wallet, ledger }) => wallet === ledger) && !story.divergence ? 0 : 1;
}
