import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { FLAG } from "#money/charge.ts";
import { settleRequests, type Made } from "../../support/settle.ts";
import { ALICE, BOB_EMAIL, openConsoleShop, type Caller, type ConsoleShop } from "./console-shop.ts";

let shop: ConsoleShop;
let alice: Caller;
let bob: Caller;

beforeAll(async () => {
  shop = await openConsoleShop();
  alice = await shop.as(ALICE);
  bob = await shop.as(BOB_EMAIL);
  await shop.shop.apply(`models:
  - { id: tiered, vendor: acme, price: { input: 1, output: 2 } }
  - { id: pictures, endpoints: [images], price: { per_image: 0.04 } }
  - { id: odd, price: { input: 0.000001, output: 0.333333 } }`);
  await shop.database.pool.query(
    `INSERT INTO price_versions (model_id, effective_from, doc) SELECT id, now(), $1 FROM models WHERE slug = 'tiered'`,
    [JSON.stringify({ items: { input: "1000000", output: "2000000" }, tiers: [{ over: 1_000, mode: "whole", items: { input: "2000000", output: "4000000" } }] })],
  );
});
afterAll(() => shop.database.drop());

const one = async (made: Omit<Made, "email">): Promise<{ id: string; uuid: string; chargeNano: bigint }> =>
  (await settleRequests(shop.database.pool, [{ email: ALICE, key: "app", ...made }]))[0]!;

const KINDS: readonly (readonly [string, Omit<Made, "email">, string])[] = [
  ["normal", { model: "gpt-4o-mini", usage: { inputUncached: 1_204, outputText: 512 }, ttftMs: 300, latencyMs: 900, stream: true, finish: "stop" }, "normal"],
  ["cached", { model: "gpt-4o-mini", usage: { inputUncached: 1_204, cacheRead: 3_000, outputText: 512, reasoning: 33 } }, "normal"],
  ["tiered", { model: "tiered", usage: { inputUncached: 1_500, outputText: 3 } }, "normal"],
  ["in group 0.9", { model: "gpt-4o-mini", groupPpm: 900_000, usage: { inputUncached: 1_001, outputText: 7 } }, "normal"],
  ["aborted in mid-stream", { model: "gpt-4o-mini", usage: { inputUncached: 50, outputText: 9 }, outcome: "client_abort", usageSource: "estimated" }, "left_stream"],
  ["left before the answer", { model: "gpt-4o-mini", usage: { inputUncached: 50 }, outcome: "client_abort" }, "left_input"],
  ["left, free", { model: "gpt-4o-mini", usage: {}, outcome: "client_abort" }, "left_free"],
  ["broken", { model: "gpt-4o-mini", usage: { inputUncached: 50, outputText: 4 }, outcome: "upstream_abort", errorCode: "upstream_unavailable" }, "broken"],
  ["empty", { model: "gpt-4o-mini", usage: { inputUncached: 50 }, outcome: "empty", waived: true, flags: FLAG.WAIVED }, "empty_free"],
  ["refused in its answer", { model: "gpt-4o-mini", usage: { inputUncached: 50, outputText: 4 }, outcome: "refused" }, "refused"],
  ["refused as a whole", { model: "gpt-4o-mini", usage: { inputUncached: 50 }, outcome: "refused", waived: true, flags: FLAG.WAIVED }, "blocked_free"],
  ["error", { model: "gpt-4o-mini", usage: {}, outcome: "upstream_error", httpStatus: 502, errorCode: "upstream_unavailable", tries: 3 }, "failed"],
  ["estimated", { model: "gpt-4o-mini", usage: { inputUncached: 50, outputText: 4 }, usageSource: "estimated" }, "estimated"],
  ["cut", { model: "gpt-4o-mini", usage: { inputUncached: 50, outputText: 4 }, outcome: "cut_no_credit" }, "cut"],
  ["by picture", { model: "pictures", endpoint: "images", usage: { items: { image: 3 } } }, "normal"],
  ["with fractions of a nano", { model: "odd", usage: { inputUncached: 1, outputText: 1 } }, "normal"],
  ["by a tool fee", { model: "gpt-4o-mini", usage: { inputUncached: 1, items: { web_search: 2 } } }, "normal"],
];

describe("receipts", () => {
  test.each(KINDS)("E-45: %s: the lines add up to the charge, and the rule is named", async (_name, made, rule) => {
    const { id, chargeNano } = await one({ holdNano: 500_000_000n, ...made });
    const { receipt, json } = await alice.console.requests.receipt({ id });
    expect(receipt.lines.reduce((sum, line) => sum + line.amountPico, 0n)).toBe(receipt.sumPico);
    if (!receipt.waived) for (const line of receipt.lines) expect(BigInt(line.quantity) * line.unitPico).toBe(line.amountPico);
    expect(receipt.sumPico + receipt.roundingPico).toBe(receipt.chargeNano * 1_000n);
    expect(receipt.roundingPico >= 0n && receipt.roundingPico < 1_000n).toBe(true);
    expect([receipt.chargeNano, receipt.rule]).toEqual([chargeNano, rule]);
    expect(receipt.drawn.lots + receipt.drawn.paid + receipt.drawn.debt).toBe(chargeNano);
    expect(receipt.releasedNano).toBe(500_000_000n - chargeNano);
    expect(receipt.settledAt).toBeInstanceOf(Date);
    const text = JSON.stringify([receipt, json], (_key, value: unknown) => (typeof value === "bigint" ? `${value}` : value));
    for (const secret of ["main", "secret-upstream", "chatcmpl", "cost"]) expect(text.replaceAll("total_cost", "")).not.toContain(secret);
  });

  test("the list price stands beside the group's, and only where it is the reason", async () => {
    const { id } = await one({ model: "gpt-4o-mini", groupPpm: 900_000, usage: { inputUncached: 10, cacheRead: 10 } });
    const { receipt } = await alice.console.requests.receipt({ id });
    expect(receipt.lines.map(({ item, listPico, unitPico }) => [item, listPico, unitPico])).toEqual([["input", 150_000n, 135_000n], ["cache_read", 75_000n, 67_500n]]);
    expect(receipt.factors).toEqual([{ source: "group", name: "default", ppm: 900_000 }]);
    const above = await one({ model: "tiered", usage: { inputUncached: 1_001 } });
    const tiered = (await alice.console.requests.receipt({ id: above.id })).receipt;
    expect([tiered.tier, tiered.lines[0]!.unitPico, tiered.lines[0]!.listPico]).toEqual([{ over: 1_000, input: 1_001 }, 2_000_000n, null]);
  });

  test("an error says whose it is, and how often it was tried", async () => {
    const { id } = await one({ model: "gpt-4o-mini", usage: {}, outcome: "upstream_error", httpStatus: 502, errorCode: "upstream_unavailable", tries: 3 });
    expect((await alice.console.requests.receipt({ id })).receipt).toMatchObject({ fault: "vendor", retries: 2, chargeNano: 0n, status: "error" });
  });

  test("another customer's and unknown ones are the same: not there", async () => {
    const { id, uuid } = await one({ model: "gpt-4o-mini", usage: { inputUncached: 1 } });
    for (const asked of [id, uuid, "req_01JD0000000000000000000000", "nonsense"]) {
      await expect(bob.console.requests.receipt({ id: asked })).rejects.toMatchObject({ code: "NOT_FOUND", message: "There is no such request, or it has not been settled yet." });
    }
  });
});

describe("the list", () => {
  const list = (filter: NonNullable<Parameters<Caller["console"]["requests"]["list"]>[0]>["filter"] = {}) => alice.console.requests.list({ filter, limit: 100 });

  test("E-44: newest first, in pages without gap or repeat while new ones arrive", async () => {
    const all = (await list()).rows;
    const seen: string[] = [];
    for (let cursor: string | null | undefined; cursor !== null;) {
      const page: Awaited<ReturnType<typeof list>> = await alice.console.requests.list({ limit: 4, ...(cursor && { cursor }) });
      seen.push(...page.rows.map(({ id }) => id));
      if (!cursor) await one({ model: "gpt-4o-mini", usage: { inputUncached: 1 } });
      cursor = page.next;
    }
    expect(seen).toEqual(all.map(({ id }) => id));
  });

  test("E-44: each filter finds its own", async () => {
    const all = (await list()).rows;
    const agree = async (filter: Parameters<typeof list>[0], holds: (row: (typeof all)[number]) => boolean): Promise<void> => {
      expect((await list(filter)).rows.map(({ id }) => id)).toEqual(all.filter(holds).map(({ id }) => id));
    };
    await agree({ status: "error" }, ({ status }) => status === "error");
    await agree({ status: "cancelled" }, ({ status }) => status === "cancelled");
    await agree({ status: "ok" }, ({ status }) => status === "ok");
    await agree({ model: "tiered" }, ({ model }) => model === "tiered");
    await agree({ endpoint: "images" }, ({ endpoint }) => endpoint === "images");
    await agree({ costOver: 100_000n }, ({ chargeNano }) => chargeNano > 100_000n);
    await agree({ costUnder: 100_000n, costOver: 0n }, ({ chargeNano }) => chargeNano > 0n && chargeNano < 100_000n);
    await agree({ free: true }, ({ chargeNano }) => chargeNano === 0n);
    await agree({ slowerMs: 500 }, ({ latencyMs }) => (latencyMs ?? 0) >= 500);
    await agree({ errorCode: "upstream_unavailable" }, ({ errorCode }) => errorCode === "upstream_unavailable");
    await agree({ text: all[3]!.id.toLowerCase() }, ({ id }) => id === all[3]!.id);
    await agree({ text: "TIER" }, ({ model }) => model === "tiered");
    await agree({ text: "no such thing" }, () => false);
    await agree({ from: new Date("2100-01-01") }, () => false);
    await agree({ key: all[0]!.key!.id }, ({ key }) => key?.id === all[0]!.key!.id);
  });

  test("nothing of it is another customer's, by key, id or model", async () => {
    const [row] = (await list()).rows;
    expect((await bob.console.requests.list({ filter: {} })).rows).toEqual([]);
    expect((await bob.console.requests.list({ filter: { key: row!.key!.id } })).rows).toEqual([]);
    expect((await bob.console.requests.list({ filter: { text: row!.id } })).rows).toEqual([]);
    expect((await bob.console.requests.list({ cursor: row!.uuid })).rows).toEqual([]);
    expect(await bob.console.requests.filterValues()).toEqual({ models: [], keys: [], endpoints: [] });
    expect((await alice.console.requests.filterValues()).models.map(({ name }) => name)).toEqual(["gpt-4o-mini", "odd", "pictures", "tiered"]);
  });
});
