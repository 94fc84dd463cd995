import { expect } from "vitest";
import { uuidOf } from "../support/shop-store.ts";
import type { Shop } from "../support/shop.ts";
import { until } from "../support/until.ts";
import type { Seen } from "./load-client.ts";

type Row = Readonly<{ id: string; outcome: string; charge_nano: bigint; posted: boolean }>;

/** Each charge with whether its settlement stands in the ledger. */
const allCharges = (shop: Shop): Promise<Row[]> =>
  shop.sql<Row>("SELECT c.id, c.outcome, c.charge_nano, EXISTS (SELECT 1 FROM ledger_transactions t WHERE t.id = c.settlement_id) AS posted FROM charges c");

export type Verdict = Readonly<{ complete: number; charges: number; interrupted: number; unconfirmed: number }>;

/**
 * Holds what the clients saw against what the shop charged, once everything is settled.
 *
 * `unconfirmed`: charged though the client did not get the end. It can only happen to an answer that was written down
 * and killed before its last bytes left, so at most to those of one turn of the event loop.
 */
export async function judge(shop: Shop, seen: readonly Seen[]): Promise<Verdict> {
  const steady = seen.filter(({ left, kind }) => !left && kind !== "leaver");
  const complete = steady.filter((one) => one.complete);
  const rows = await until("every complete answer charged", async () => {
    const found = new Map((await allCharges(shop)).map((row) => [row.id, row]));
    return complete.every(({ id }) => found.has(uuidOf(id!))) && found;
  }, { timeoutMs: 15_000, everyMs: 100 });

  for (const { id } of complete) {
    const row = rows.get(uuidOf(id!))!;
    expect([row.outcome, row.charge_nano > 0n, row.posted], id).toEqual(["ok", true, true]);
  }
  // Exactly one row each: no id twice over all partitions.
  expect(await shop.sql("SELECT id FROM charges GROUP BY id HAVING count(*) > 1")).toEqual([]);

  const steadyComplete = new Set(complete.map(({ id }) => uuidOf(id!)));
  const leavers = new Set(seen.filter(({ kind, id }) => kind === "leaver" && id !== undefined).map(({ id }) => uuidOf(id!)));
  const mine = await shop.sql<Row>("SELECT c.id, c.outcome, c.charge_nano, true AS posted FROM charges c JOIN users u ON u.id = c.user_id WHERE u.email = 'steady@example.com'");
  const phantom = mine.filter((row) => !steadyComplete.has(row.id) && !leavers.has(row.id) && row.charge_nano > 0n);
  for (const row of phantom) expect(row.outcome).toBe("ok"); // never `interrupted` or half an answer
  const interrupted = [...rows.values()].filter(({ outcome }) => outcome === "interrupted");
  for (const row of interrupted) expect(row.charge_nano).toBe(0n);
  return { complete: complete.length, charges: rows.size, interrupted: interrupted.length, unconfirmed: phantom.length };
}

export type Locked = Readonly<{ held: string; leased: string; broken: number }>;

/** Money that nobody can spend right now. */
export async function locked(shop: Shop): Promise<Locked> {
  const [row] = await shop.sql<Locked>(
    `SELECT (SELECT coalesce(sum(held_nano), 0)::text FROM wallet_leases) AS held, (SELECT coalesce(sum(leased_nano), 0)::text FROM wallets) AS leased,
            (SELECT count(*)::int FROM wallets w WHERE w.leased_nano <> (SELECT coalesce(sum(amount_nano), 0) FROM wallet_leases l WHERE l.wallet_id = w.id)) AS broken`);
  return row!;
}
