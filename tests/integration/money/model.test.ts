import { expect, test } from "vitest";
import { nano } from "#money/amount.ts";
import { adjustWallet, creditWallet, InsufficientBalance } from "#money/ledger.store.ts";
import { expireLots } from "#money/lot-expiry.store.ts";
import { withTransaction } from "#platform/db/tx.ts";
import { uuidv7 } from "#platform/ids.ts";
import { askFor, openShop, recordFor, settled } from "./shop.ts";

const OPERATIONS = 1_200;
const WALLETS = 6;

type Lot = { kind: string; left: bigint; endsMs: number };
/** The rules of a wallet written down a second time, as simply as they can be said. */
type Model = { paid: bigint; debt: bigint; lots: Lot[] };

const lotsOf = (model: Model): bigint => model.lots.reduce((sum, { left }) => sum + left, 0n);

function credit(model: Model, amount: bigint, lot?: Omit<Lot, "left">): void {
  const repaid = amount < model.debt ? amount : model.debt;
  model.debt -= repaid;
  if (lot && amount > repaid) model.lots.push({ ...lot, left: amount - repaid });
  if (!lot) model.paid += amount - repaid;
}

function take(model: Model, amount: bigint): void {
  let left = amount;
  for (const lot of model.lots.toSorted((a, b) => a.endsMs - b.endsMs)) {
    const taken = left < lot.left ? left : lot.left;
    lot.left -= taken;
    left -= taken;
  }
  const paid = left < model.paid ? left : model.paid;
  model.paid -= paid;
  model.debt += left - paid;
}

/** Seeded (mulberry32): a failure can be run again. */
function dice(seed: number): (most: number) => number {
  let state = seed;
  return (most) => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) % most;
  };
}

test(`B11 ${OPERATIONS} random operations leave every wallet as the model says`, async () => {
  const shop = await openShop();
  const node = await shop.node();
  const sold = await shop.model({ items: { request: "1000" } });
  const customers = await Promise.all(Array.from({ length: WALLETS }, () => shop.customer()));
  const models: Model[] = customers.map(() => ({ paid: 0n, debt: 0n, lots: [] }));
  const roll = dice(42);
  const pending = new Set<number>();
  const compare = async (i: number): Promise<void> => {
    const { paid, debt, lots } = await shop.wallet(customers[i]!.walletId);
    expect({ paid, debt, lots }, `wallet ${i}`).toEqual({ paid: models[i]!.paid, debt: models[i]!.debt, lots: lotsOf(models[i]!) });
  };
  const settleFirst = async (): Promise<void> => {
    if (pending.size === 0) return;
    await settled(node);
    for (const i of pending) await compare(i);
    pending.clear();
  };

  for (let n = 0; n < OPERATIONS; n++) {
    const i = roll(WALLETS);
    const model = models[i]!;
    const { walletId } = customers[i]!;
    const amount = nano(BigInt(1 + roll(1_000)));
    const operation = roll(10);
    if (operation < 5) {
      // charges of one wallet are drawn in the order of their ids, so several may wait together
      await node.record(recordFor(askFor(customers[i]!, sold), sold, { request: Number(amount) }));
      take(model, amount);
      pending.add(i);
      continue;
    }
    await settleFirst();
    if (operation < 7) {
      await shop.credit(walletId, amount);
      credit(model, amount);
    } else if (operation < 8) {
      // ends far apart, so that the order is the model's
      const endsMs = roll(3) === 0 ? Infinity : Date.now() + (1 + n) * 3_600_000;
      const kind = roll(2) === 0 ? "bonus" : "plan";
      const id = uuidv7();
      await withTransaction(shop.db.pool, (client) => creditWallet(client, {
        walletId, bucket: "lots", amount, from: "expense:promo", kind: "topup_bonus", key: `bonus:${id}`,
        lot: { kind, sourceType: "order", sourceId: id, ...(endsMs !== Infinity && { expiresAt: new Date(endsMs) }) },
      }));
      credit(model, amount, { kind, endsMs });
    } else if (operation < 9) {
      const enough = model.debt === 0n && model.paid + lotsOf(model) >= amount;
      const down = withTransaction(shop.db.pool, (client) => adjustWallet(client, {
        walletId, amount: nano(-amount), reason: "random operation", key: `adjust:${uuidv7()}`, actor: { type: "operator", id: "op" } }));
      if (enough) {
        await down;
        take(model, amount);
      } else await expect(down).rejects.toThrow(InsufficientBalance);
    } else {
      const until = Date.now() + roll(OPERATIONS) * 3_600_000;
      await expireLots(shop.db.pool, until, 0);
      for (const each of models) for (const lot of each.lots) if (lot.endsMs <= until) lot.left = 0n;
      for (let j = 0; j < WALLETS; j++) await compare(j);
    }
    await compare(i);
  }
  await settleFirst();
  await node.close();
  for (let i = 0; i < WALLETS; i++) await compare(i);
  await shop.expectSound();
}, 120_000);
