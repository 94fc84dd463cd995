import { afterAll, beforeAll, expect, test } from "vitest";
import { rollUsage } from "#reports/index.ts";
import { dailyOutcomes } from "#reports/status.store.ts";
import { settleRequests } from "../../support/settle.ts";
import { ALICE, openConsoleShop, type ConsoleShop } from "./console-shop.ts";

const DAY = 86_400_000;
const FROM = new Date("2026-11-01T00:00:00Z");
const TO = new Date(FROM.getTime() + 3 * DAY);
const at = (hours: number): Date => new Date(FROM.getTime() + hours * 3_600_000 + 60_000);
let shop: ConsoleShop;

beforeAll(async () => {
  shop = await openConsoleShop();
});
afterAll(() => shop.database.drop());

const settle = (hours: number, more: object = {}) => ({ email: ALICE, key: "app", model: "gpt-4o-mini", usage: { inputUncached: 9, outputText: 3 }, at: at(hours), ...more });

/** The same question, asked of the requests themselves. */
async function counted(): Promise<unknown> {
  const { rows } = await shop.database.pool.query(
    `SELECT to_char(at AT TIME ZONE 'UTC', 'YYYY-MM-DD') AS day, count(*)::int AS requests,
            (count(*) FILTER (WHERE outcome IN ('upstream_error', 'upstream_abort', 'interrupted')))::int AS failed
       FROM charges WHERE at >= $1 AND at < $2 AND outcome NOT IN ('client_abort', 'cut_no_credit') AND http_status NOT IN (400, 404, 413, 422, 429) GROUP BY day ORDER BY day`, [FROM, TO]);
  return rows;
}

const shown = async () => (await dailyOutcomes(shop.database.pool, FROM, TO)).map(({ day, requests, failed }) => ({ day, requests, failed })).sort((a, b) => a.day.localeCompare(b.day));

test("E-31: the status page counts what was settled, before and after it is rolled up and in between", async () => {
  await settleRequests(shop.database.pool, [
    settle(1), settle(2), settle(23), settle(30), settle(50, { outcome: "empty" }),
    settle(3, { outcome: "upstream_error", waived: true, httpStatus: 502 }), settle(4, { outcome: "upstream_abort" }),
    settle(5, { outcome: "client_abort" }), settle(6, { outcome: "upstream_error", waived: true, httpStatus: 400 }), settle(7, { outcome: "cut_no_credit" }),
  ]);
  const wanted = [{ day: "2026-11-01", requests: 5, failed: 2 }, { day: "2026-11-02", requests: 1, failed: 0 }, { day: "2026-11-03", requests: 1, failed: 0 }];
  expect(await counted()).toEqual(wanted);
  expect(await shown()).toEqual(wanted);
  await rollUsage(shop.database.pool, 0);
  expect(await shown()).toEqual(wanted);
  await settleRequests(shop.database.pool, [settle(8), settle(31, { outcome: "interrupted", waived: true }), settle(32, { outcome: "client_abort" })]);
  expect(await shown()).toEqual(await counted());
  expect((await shown())[1]).toEqual({ day: "2026-11-02", requests: 2, failed: 1 });
});
