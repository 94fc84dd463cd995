import { nano, type Nano } from "#money/amount.ts";

/** A lot as the database has it; lots come in spend order: by expiry (none last), then id. */
export type OpenLot = { readonly id: string; remaining: bigint; readonly expiresAtMs?: number };

/** A wallet's money while a batch is drawn from it; changed in place. */
export type Purse = { paid: bigint; lots: bigint; debt: bigint; readonly open: OpenLot[] };

/** Where the money of one charge came from; the three sum to it. */
export type Draw = Readonly<{ lots: Nano; paid: Nano; debt: Nano }>;

/**
 * Takes an amount in spend order: lots by expiry, then bought credit, then debt.
 *
 * @param atMs of the admission: a lot may be drawn by a request admitted before it expired, even if it settles later
 * @param drawn lot id -> sum, added to
 */
export function draw(purse: Purse, amount: bigint, atMs: number, drawn: Map<string, bigint>): Draw {
  let left = amount;
  let lots = 0n;
  for (const lot of purse.open) {
    if (left === 0n) break;
    if (lot.remaining === 0n || (lot.expiresAtMs !== undefined && lot.expiresAtMs <= atMs)) continue;
    const taken = left < lot.remaining ? left : lot.remaining;
    lot.remaining -= taken;
    left -= taken;
    lots += taken;
    drawn.set(lot.id, (drawn.get(lot.id) ?? 0n) + taken);
  }
  purse.lots -= lots;
  const paid = left < purse.paid ? left : purse.paid;
  purse.paid -= paid;
  let debt = left - paid;
  if (debt > 0n && purse.lots > 0n) {
    // Money never lies beside a debt: what is owed takes even a lot that has just expired.
    const rest = drawExpired(purse, debt, drawn);
    lots += debt - rest;
    debt = rest;
  }
  purse.debt += debt;
  return { lots: nano(lots), paid: nano(paid), debt: nano(debt) };
}

function drawExpired(purse: Purse, amount: bigint, drawn: Map<string, bigint>): bigint {
  let left = amount;
  for (const lot of purse.open) {
    const taken = left < lot.remaining ? left : lot.remaining;
    if (taken === 0n) continue;
    lot.remaining -= taken;
    left -= taken;
    drawn.set(lot.id, (drawn.get(lot.id) ?? 0n) + taken);
  }
  purse.lots -= amount - left;
  return left;
}
