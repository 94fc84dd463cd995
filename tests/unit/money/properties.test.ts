import { expect, test } from "vitest";
import { ppm } from "#money/amount.ts";
import { draw, type Purse } from "#money/draw.ts";
import { toLines, walletDeltas } from "#money/ledger.ts";
import { compilePrice, parsePriceDocument, priceUsage, type Multiplier, type PriceDocument } from "#money/price.ts";
import { INPUT_ITEMS } from "#money/price-items.ts";
import { nano } from "#money/amount.ts";
import { totalInputTokens } from "#money/usage.ts";

/** Seeded, so that a failure can be run again (mulberry32). */
function dice(seed: number): (most: number) => number {
  let state = seed;
  return (most) => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) % most;
  };
}

const ITEMS = ["input", "cache_read", "cache_write_5m", "cache_write_1h", "output", "reasoning", "input_audio", "output_audio", "request", "web_search"];

/** Tiers that never get cheaper, so that more usage never costs less. */
function randomDocument(roll: (most: number) => number): PriceDocument {
  const items: Record<string, string> = { input: String(roll(5_000_000)), output: String(roll(20_000_000)) };
  for (const item of ITEMS) if (roll(3) === 0) items[item] = String(roll(30_000_000));
  const tiers: { over: number; mode: "whole" | "marginal"; items: Record<string, string> }[] = [];
  let raised = items;
  for (let over = 50 + roll(500); tiers.length < roll(4); over += 1 + roll(500)) {
    raised = Object.fromEntries(Object.entries(raised).map(([item, price]) => [item, String(BigInt(price) + BigInt(roll(1_000_000)))]));
    tiers.push({ over, mode: roll(2) === 0 ? "whole" : "marginal", items: raised });
  }
  return parsePriceDocument({ items, ...(tiers.length > 0 && { tiers }) });
}

test("A16 charges are the rounded sum of their lines, never negative, and grow with usage; factors have no order", () => {
  const roll = dice(20_261_121);
  for (let i = 0; i < 20_000; i++) {
    const document = randomDocument(roll);
    const multipliers: Multiplier[] = Array.from({ length: roll(4) }, () => ({ source: "group", name: "g", ppm: ppm(roll(3_000_000)) }));
    const price = compilePrice({ versionId: 1n, document, multipliers });
    const usage: Record<string, number> = {};
    for (const item of ITEMS) if (roll(2) === 0) usage[item] = roll(item === "request" ? 2 : 900);
    const charge = priceUsage(price.card(totalInputTokens(usage), 0), usage);
    const sum = charge.lines.reduce((total, { quantity, unitPico, amountPico }) => {
      expect(BigInt(quantity) * unitPico).toBe(amountPico);
      return total + amountPico;
    }, 0n);
    expect(charge.sumPico).toBe(sum);
    expect(charge.chargeNano).toBe((sum + 999n) / 1_000n);
    expect(charge.chargeNano >= 0n).toBe(true);
    // no token is lost or doubled by splitting it over tiers
    const inputs = (quantities: Readonly<Record<string, number>>) =>
      Object.entries(quantities).reduce((total, [item, n]) => total + (INPUT_ITEMS.some((name) => item === name || item.startsWith(`${name}:over_`)) ? n : 0), 0);
    expect(inputs(charge.quantities)).toBe(totalInputTokens(usage));

    const more = { ...usage };
    const grown = ITEMS[roll(ITEMS.length)]!;
    more[grown] = (more[grown] ?? 0) + 1 + roll(50);
    const dearer = priceUsage(price.card(totalInputTokens(more), 0), more);
    expect(dearer.sumPico >= charge.sumPico, JSON.stringify({ document, usage, more })).toBe(true);
    expect(priceUsage(compilePrice({ versionId: 1n, document, multipliers: [...multipliers].reverse() }).card(totalInputTokens(usage), 0), usage).sumPico).toBe(charge.sumPico);
    const worst = price.worst(totalInputTokens(usage), 0);
    for (const { item, unitPico } of charge.lines) expect((worst.prices[item.replace(/:over_\d+$/, "")] ?? 0n) >= unitPico).toBe(true);
  }
}, 60_000);

test("a draw takes exactly the amount, in order, and never leaves money beside a debt", () => {
  const roll = dice(7);
  for (let i = 0; i < 20_000; i++) {
    const open = Array.from({ length: roll(4) }, (_, n) => ({ id: `lot-${n}`, remaining: BigInt(roll(100)), ...(roll(2) === 0 && { expiresAtMs: 500 + roll(1_000) }) }));
    const purse: Purse = { paid: BigInt(roll(200)), lots: open.reduce((sum, { remaining }) => sum + remaining, 0n), debt: 0n, open };
    const before = purse.paid + purse.lots - purse.debt;
    const drawn = new Map<string, bigint>();
    const amount = BigInt(roll(300));
    const parts = draw(purse, amount, 1_000, drawn);
    expect(parts.lots + parts.paid + parts.debt).toBe(amount);
    expect(purse.paid + purse.lots - purse.debt).toBe(before - amount);
    expect([...drawn.values()].reduce((sum, taken) => sum + taken, 0n)).toBe(parts.lots);
    expect(purse.lots).toBe(purse.open.reduce((sum, { remaining }) => sum + remaining, 0n));
    if (purse.debt > 0n) expect([purse.paid, purse.lots]).toEqual([0n, 0n]);
  }
});

test("postings become lines that sum to zero, and wallets move by them", () => {
  const lines = toLines([
    { from: "revenue:fee", to: "psp:stripe:clearing", amount: nano(1n) },
    { from: "wallet:w:debt", to: "psp:stripe:clearing", amount: nano(3n) },
    { from: "wallet:w:paid", to: "psp:stripe:clearing", amount: nano(17n) },
  ]);
  expect(lines.reduce((sum, { amount }) => sum + amount, 0n)).toBe(0n);
  expect(walletDeltas(lines).get("w")).toEqual({ paid: 17n, lots: 0n, frozen: 0n, debt: -3n });
  expect(() => toLines([{ from: "bank", to: "tax:payable", amount: nano(0n) }])).toThrow(/moves 0/);
});
