import type { Browser, Page } from "playwright";
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { startShop, type Shop } from "../support/shop-process.ts";
import { uuidOf } from "../support/shop-store.ts";
import { until } from "../support/until.ts";
import { chromiumPath, launch } from "./browser.ts";
import { customerAt, readReceipt, type Customer } from "./customer.ts";

/** Receipts of every way that a request can end, and the log they stand in: what the page says is what was charged. */

const PASSWORD = "correct-horse-battery";
const EMAIL = "alice@example.com";
const KEY = "sk-mm-0123456789abcdef0123456789abcdef0123456789abcdef";
const PRICE = { input: 3.333333, cache_read: 0.3, output: 15.000001 };
const TIERS = [{ over: 1_000, mode: "whole", items: { input: 4.000001, cache_read: 0.4, output: 20 } }];
const UPSTREAM = {
  plain: "vendorside-plain?tokens=40", cached: "vendorside-cached?cached=800&tokens=20", tiered: "vendorside-tiered?tokens=10", slow: "vendorside-slow?tokens=4000&chunk_ms=30",
  broken: "vendorside-broken?tokens=4000&cut_after=40", empty: "vendorside-empty?empty=1", error: "vendorside-error?status=500", twice: "vendorside-works?tokens=9",
} as const;
type Model = keyof typeof UPSTREAM;
const MODELS = Object.keys(UPSTREAM) as Model[];
const store = {
  shop: { name: "Corner Shop", sign_up: "closed" },
  groups: { default: { ratio: 0.9 } },
  models: MODELS.map((id) => ({ id, vendor: "acme", context: 64_000, max_output: 8_000, endpoints: ["chat"], price: { ...PRICE, ...(id === "tiered" && { tiers: TIERS }) } })),
  channels: [
    { name: "hidden-route", provider: "simulator", models: UPSTREAM, groups: ["default"] },
    { name: "hidden-first", provider: "simulator", models: { twice: "vendorside-down?status=503" }, groups: ["default"], priority: 10 },
  ],
  users: [{ email: EMAIL, password: PASSWORD, role: "customer", group: "default", credit: { amount: 50, id: "opening" }, keys: [{ name: "app", secret: KEY }] }],
};
const LOG = 120;

const executable = chromiumPath();
const browserTest = test.skipIf(executable === undefined);
let shop: Shop;
let browser: Browser;
let alice: Customer;
let page: Page;

beforeAll(async () => {
  if (executable === undefined) return;
  shop = await startShop({ role: "all", store });
  browser = await launch(executable);
  alice = await customerAt(browser, { url: shop.url, email: EMAIL, password: PASSWORD });
  page = alice.page;
});
afterAll(async () => {
  await browser?.close();
  await shop?.stop();
});
afterEach(() => expect(alice?.problems.splice(0) ?? []).toEqual([]));

/** A request, whatever becomes of it. @param words of four letters, a token each; @param leaveAfter bytes of a stream */
async function call(model: Model, { words = 12, stream = false, leaveAfter }: Readonly<{ words?: number; stream?: boolean; leaveAfter?: number }> = {}): Promise<string> {
  const leaving = new AbortController();
  const reply = await fetch(`${shop.url}/v1/chat/completions`, {
    method: "POST", signal: leaving.signal, headers: { authorization: `Bearer ${KEY}`, "content-type": "application/json" },
    body: JSON.stringify({ model, stream, messages: [{ role: "user", content: "word".repeat(words) }] }),
  });
  let bytes = 0;
  try {
    for await (const chunk of reply.body!) {
      bytes += chunk.length;
      if (leaveAfter !== undefined && bytes > leaveAfter) leaving.abort();
    }
  } catch (error) {
    if (leaveAfter === undefined && model !== "broken") throw error;
  }
  return reply.headers.get("x-request-id")!;
}

type Case = Readonly<{ name: string; model: Model; rule: string; lines?: number; words?: number; stream?: boolean; leaveAfter?: number; free?: boolean; says?: string }>;
type Row = Readonly<{ charge: bigint; at: Date }>;
const charged = (id: string): Promise<Row> =>
  until(`the charge of ${id}`, async () => (await shop.sql<Row>("SELECT charge_nano AS charge, at FROM charges WHERE id = $1", [uuidOf(id)]))[0], { timeoutMs: 15_000, everyMs: 100 });

const CASES: readonly Case[] = [
  { name: "normal", model: "plain", rule: "normal", lines: 2 },
  { name: "cached", model: "cached", words: 1_000, rule: "normal", lines: 3, says: "800 cached" },
  { name: "tiered", model: "tiered", words: 1_500, rule: "normal", lines: 2, says: "Above 1,000 input tokens" },
  { name: "aborted", model: "slow", stream: true, leaveAfter: 2_000, rule: "left_stream", lines: 2 },
  { name: "broken", model: "broken", stream: true, rule: "broken", lines: 2 },
  { name: "empty", model: "empty", rule: "empty_free", free: true },
  { name: "error", model: "error", rule: "failed", lines: 0, free: true, says: "Not charged." },
  { name: "fallback", model: "twice", rule: "normal", lines: 2, says: "Tried again once" },
];

browserTest("E-45: every receipt adds up to its charge, names its rule, and nothing of the way behind it", async () => {
  for (const { name, model, rule, lines, free = false, says, ...way } of CASES) {
    const id = await call(model, way);
    const { charge } = await charged(id);
    await page.goto(`/console/requests/${id}`);
    const receipt = await readReceipt(page);
    expect([name, receipt.rule, receipt.chargeNano, receipt.chargedPico]).toEqual([name, rule, charge, charge * 1_000n]);
    expect([name, receipt.lines.reduce((sum, { amountPico }) => sum + amountPico, 0n), receipt.sumPico + receipt.roundingPico]).toEqual([name, receipt.sumPico, receipt.chargedPico]);
    if (lines !== undefined) expect([name, receipt.lines.length]).toEqual([name, lines]);
    if (free) expect([name, charge]).toEqual([name, 0n]);
    else {
      expect(charge).toBeGreaterThan(0n);
      for (const { quantity, pricePico, amountPico } of receipt.lines) expect([name, (quantity * pricePico) / 1_000_000n]).toEqual([name, amountPico]);
      expect(receipt.text).toContain("default, × 0.9");
    }
    if (says !== undefined) expect([name, receipt.text]).toEqual([name, expect.stringContaining(says)]);
    const html = `${await page.content()} ${await (await page.request.get(`/console/requests/${id}`)).text()}`;
    expect([name, /hidden-|vendorside|sim-[0-9a-f]{16}/.exec(html)?.[0]]).toEqual([name, undefined]);
  }
}, 90_000);

const keysOf = (): Promise<string[]> =>
  page.getByRole("table").locator("tbody [data-row]").evaluateAll((rows) => [...new Set(rows.map((row) => row.getAttribute("data-row")!))]);

async function turn(direction: "Older" | "Newer", from: readonly string[]): Promise<string[]> {
  await page.getByRole("navigation", { name: "Pages" }).getByRole("button", { name: direction }).click();
  await expect.poll(async () => (await keysOf())[0], { timeout: 15_000 }).not.toBe(from[0]);
  return keysOf();
}

/** USD as the file has it, in whole nano-USD. */
const nanoOf = (text: string): bigint => {
  const [whole = "0", fraction = ""] = text.split(".");
  return BigInt(whole) * 1_000_000_000n + BigInt(fraction.padEnd(9, "0"));
};

async function csv(): Promise<readonly string[][]> {
  const link = page.getByRole("link", { name: "Export CSV" });
  await expect.poll(() => link.getAttribute("href"), { timeout: 15_000 }).toContain("from=");
  const text = await (await page.request.get((await link.getAttribute("href"))!)).text();
  return text.trim().split("\r\n").slice(1).map((row) => row.split(","));
}

browserTest("E-44: pages stay as they are while new requests arrive, and each filter's file is what the page and the figure say", async () => {
  for (let i = 0; i < LOG; i += 1) await call("plain", { words: i % 4 === 0 ? 2_000 : 3 });
  await page.goto("/console/requests?model=plain");
  await page.getByRole("table").locator("tbody [data-row]").first().waitFor();
  const pages = [await keysOf()];
  for (let at = 1; at < 5; at += 1) {
    pages.push(await turn("Older", pages[at - 1]!));
    await call("plain"); // arrives while somebody reads further down
  }
  expect(pages.map(({ length }) => length)).toEqual([25, 25, 25, 25, expect.any(Number)]);
  const all = pages.flat();
  expect(new Set(all).size).toBe(all.length);
  for (let at = 3; at > 0; at -= 1) expect([at, await turn("Newer", pages[at + 1]!)]).toEqual([at, pages[at]]);
  // Back at the first page, what came meanwhile stands above what was there.
  const head = await turn("Newer", pages[1]!);
  expect(head).toContain(pages[0]![0]);
  await expect.poll(async () => (await keysOf()).slice(0, 5).map((id) => all.includes(id)), { timeout: 15_000 }).toEqual([false, false, false, false, true]);

  await until("everything is settled", async () => Number((await shop.sql<{ n: string }>("SELECT count(*) AS n FROM charges"))[0]!.n) >= LOG + 4 + CASES.length, { timeoutMs: 15_000, everyMs: 100 });
  const filters = [
    ["model=plain", "m.slug = 'plain'"], ["status=error", "c.outcome IN ('upstream_error', 'upstream_abort')"], ["cost_gt=0.005", "c.charge_nano > 5000000"], ["model=plain&cost_gt=0.005", "m.slug = 'plain' AND c.charge_nano > 5000000"],
  ] as const;
  for (const [query, where] of filters) {
    const [truth] = await shop.sql<{ n: number; sum: bigint }>(`SELECT count(*)::int AS n, coalesce(sum(c.charge_nano), 0)::bigint AS sum FROM charges c JOIN models m ON m.id = c.model_id WHERE ${where}`);
    await page.goto(`/console/requests?${query}`);
    await page.getByRole("table").locator("tbody [data-row]").first().waitFor();
    expect([query, (await keysOf()).length]).toEqual([query, Math.min(25, truth!.n)]);
    const rows = await csv();
    expect([query, rows.length, rows.reduce((sum, row) => sum + nanoOf(row.at(-1)!), 0n)]).toEqual([query, truth!.n, truth!.sum]);
    if (!/^model=\w+$/.test(query)) continue;
    await page.goto(`/console/usage?from=-24h&${query}`);
    await expect.poll(() => page.locator('data[data-metric="spend"]').getAttribute("value"), { timeout: 15_000 }).toBe(truth!.sum.toString());
  }
}, 120_000);

browserTest("E-46: grouped by model, key and day, in whatever zone: the rows add up to the figure, and that is the ledger's", async () => {
  const [ledger] = await shop.sql<{ spent: bigint }>("SELECT sum(-e.amount_nano)::bigint AS spent FROM ledger_entries e JOIN accounts a ON a.id = e.account_id WHERE a.code = 'revenue:usage'");
  for (const zone of ["Asia/Shanghai", "America/New_York"]) {
    await shop.sql("UPDATE users SET time_zone = $1", [zone]);
    for (const group of ["model", "key", "day"]) {
      await page.goto(`/console/usage?from=-7d&group=${group}`);
      await expect.poll(() => page.locator('data[data-metric="spend"]').getAttribute("value"), { timeout: 15_000 }).toBe(ledger!.spent.toString());
      const cells = await page.getByRole("table", { name: "Usage by group" }).locator("tbody tr").evaluateAll((rows) => rows.map((row) => [...row.querySelectorAll("data")].at(-1)!.value));
      expect([zone, group, cells.reduce((sum, text) => sum + BigInt(text), 0n)]).toEqual([zone, group, ledger!.spent]);
    }
  }
  expect(await shop.brokenInvariants()).toEqual([]);
}, 60_000);
