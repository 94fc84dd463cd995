import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { ask, type Reply } from "../contract/client.ts";
import { nanoOf } from "../support/shop-money.ts";
import { emailOf, storeOf, uuidOf } from "../support/shop-store.ts";
import { startSecondNode, startShop, type Shop } from "../support/shop-process.ts";
import { until } from "../support/until.ts";
import { startVendor, type Vendor } from "../support/vendor.ts";

const PARALLEL = 200;
const AFFORDABLE = 50;
const PRICE = nanoOf("0.1");

let vendor: Vendor;
let shop: Shop;
let second: Shop;

beforeAll(async () => {
  vendor = await startVendor();
  shop = await startShop({ store: raceStore(vendor.url) });
  second = await startSecondNode(shop);
}, 300_000);

afterAll(async () => {
  await second?.stop();
  await shop?.stop();
  await vendor?.close();
}, 60_000);

function raceStore(url: string): object {
  const users = ["one-call", "one-stream", "one-tokens", "two-call", "two-stream", "two-tokens"];
  return storeOf({
    models: [
      { id: "call", endpoints: ["chat"], price: { per_request: 0.1 } },
      // 10 tokens in are free, 100 out cost 0.1: the worst case is held exactly when max_tokens is 100.
      { id: "tokens", endpoints: ["chat"], context: 8_000, max_output: 4_000, price: { input: 0, output: 1_000 } },
    ],
    channels: [{ name: "main", provider: "openai", base_url: url, models: { call: "call?head_ms=50", tokens: "tokens?chunks=100&head_ms=20" } }],
    users: users.map((name) => ({ name, usd: "5.00" })),
  });
}

const LOADS = {
  call: { model: "call" },
  stream: { model: "tokens", stream: true, max_tokens: 100 },
  tokens: { model: "tokens", max_tokens: 100 },
} as const;

const send = (url: string, as: string, load: object): Promise<Reply> =>
  ask(`${url}/v1/chat/completions`, { as, body: { messages: [{ role: "user", content: "go" }], ...load } });

type Wallet = Readonly<{ balance: bigint; held: bigint; leased: bigint }>;

async function wallet(as: string): Promise<Wallet> {
  const [row] = await shop.sql<{ balance: bigint; leased: bigint; held: string }>(
    `SELECT w.paid_nano + w.lots_nano - w.debt_nano AS balance, w.leased_nano AS leased,
            (SELECT coalesce(sum(held_nano), 0)::text FROM wallet_leases l WHERE l.wallet_id = w.id) AS held
       FROM wallets w JOIN users u ON u.id = w.owner_id WHERE u.email = $1`, [emailOf(as)]);
  return { balance: row!.balance, leased: row!.leased, held: BigInt(row!.held) };
}

/** Watches the wallet while the race runs: it must never be below zero, not even between two settlements. */
async function race(urls: readonly string[], as: string, load: object): Promise<readonly Reply[]> {
  let over = false;
  const watched = (async () => {
    while (!over) {
      expect((await wallet(as)).balance >= 0n).toBe(true);
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  })();
  const replies = await Promise.all(Array.from({ length: PARALLEL }, (_, n) => send(urls[n % urls.length]!, as, load)));
  over = true;
  await watched;
  return replies;
}

describe.each([["one process", "one"], ["two processes", "two"]] as const)("200 requests at once on a wallet for 50, %s", (_name, nodes) => {
  test.each(Object.keys(LOADS) as (keyof typeof LOADS)[])("%s", async (kind) => {
    const as = `${nodes}-${kind}`;
    const urls = nodes === "one" ? [shop.url] : [shop.url, second.url];
    const replies = await race(urls, as, LOADS[kind]);
    const served = replies.filter(({ status }) => status === 200);
    const statuses = [...new Set(replies.map(({ status }) => status))];
    expect(statuses.filter((status) => status !== 200 && status !== 402 && !(status === 429 && kind !== "call")), replies.find(({ status }) => status >= 500)?.text).toEqual([]);
    expect(served.filter((reply) => !isCut(reply)).length).toBeLessThanOrEqual(AFFORDABLE);
    expect(served.length).toBeGreaterThan(0);

    await until("all charged", async () => (await chargesOf(served)).length === served.length);
    // A stream may be let in with less than its worst case and cut, in-band, where the credit ends; nothing else may.
    const cut = served.filter(isCut);
    expect(kind === "stream" ? 0 : cut.length).toBe(0);
    const whole = served.length - cut.length;
    const [paid, paidCut] = [await paidFor(replies), await paidFor(cut)];
    expect(paid - paidCut).toBe(BigInt(whole) * PRICE);
    await until("held money back", async () => (await wallet(as)).held === 0n);
    expect((await wallet(as)).balance).toBe(nanoOf(5) - paid);

    // Those who come later get the rest, one after the other, to the last cent and not one more.
    const late: Reply[] = [];
    for (let n = 0; n < AFFORDABLE + 2; n++) {
      const reply = await send(urls[n % urls.length]!, as, LOADS[kind]);
      if (reply.status === 200) late.push(reply);
      else expect(reply.status).toBe(402);
    }
    await until("the late ones charged", async () => (await chargesOf(late)).length === late.length);
    const all = paid + (await paidFor(late));
    const lateWhole = late.filter((reply) => !isCut(reply)).length;
    expect(whole + lateWhole).toBe(Number((nanoOf(5) - (all - BigInt(whole + lateWhole) * PRICE)) / PRICE));
    await until("the rest is less than an answer", async () => (await wallet(as)).balance === nanoOf(5) - all);
    expect(nanoOf(5) - all).toBeLessThan(PRICE);
    if (![...cut, ...late].some(isCut)) expect([served.length + late.length, all]).toEqual([AFFORDABLE, nanoOf(5)]);
    expect(await shop.brokenInvariants()).toEqual([]);
  }, 120_000);
});

const chargesOf = (replies: readonly Reply[]): Promise<{ id: string; charge_nano: bigint }[]> =>
  shop.sql("SELECT id, charge_nano FROM charges WHERE id = ANY($1)", [replies.filter(({ id }) => id !== "").map(({ id }) => uuidOf(id))]);

const isCut = ({ text }: Reply): boolean => text.includes("insufficient_quota");

const paidFor = async (replies: readonly Reply[]): Promise<bigint> =>
  (await chargesOf(replies)).reduce((total, row) => total + row.charge_nano, 0n);
