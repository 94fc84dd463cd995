import { expect, test } from "vitest";
import { pico } from "#money/amount.ts";
import { uuidv7 } from "#platform/ids.ts";
import { askFor, openShop, PER_CALL, recordFor, settled, usd } from "./shop.ts";

test("texts that PostgreSQL cannot hold do not stop a settlement; costs are booked per channel", async () => {
  const shop = await openShop();
  const node = await shop.node();
  const sold = await shop.model(PER_CALL);
  const customer = await shop.customer(usd(1));
  const channelId = uuidv7();
  const nasty = "a\u0000b\ud800\"\\{},NULL";
  await node.record(recordFor(askFor(customer, sold), sold, { request: 1 }, {
    modelAsked: nasty, finish: "NULL", errorCode: "", detail: { [nasty]: nasty }, channelId, latencyMs: 1.5, ttftMs: 1e15,
    attempts: [{ channelId, errorClass: nasty, usage: { nasty }, costPico: pico(1_499n) }, { channelId, costPico: pico(1n) }], costPico: pico(1_500n),
  }));
  await settled(node);
  const { rows: [row] } = await shop.db.pool.query("SELECT model_asked, finish, error_code, latency_ms, cost_pico FROM charges");
  expect(row).toEqual({ model_asked: "a\ufffdb\ufffd\"\\{},NULL", finish: "NULL", error_code: "", latency_ms: 2, cost_pico: "1500" });
  const { rows: entries } = await shop.db.pool.query("SELECT a.code, e.amount_nano FROM ledger_entries e JOIN accounts a ON a.id = e.account_id WHERE a.code ~ 'upstream' ORDER BY 1");
  expect(entries).toEqual([{ code: "expense:upstream", amount_nano: 1n }, { code: `upstream:${channelId}:accrued`, amount_nano: -1n }]);
  await shop.expectSound();
});

test("a record with a value that no column holds is put aside; the other settles", async () => {
  const shop = await openShop();
  const node = await shop.node();
  const sold = await shop.model(PER_CALL);
  const customer = await shop.customer(usd(1));
  const [good, bad] = [recordFor(askFor(customer, sold), sold, { request: 1 }), recordFor(askFor(customer, sold), sold, { request: 1 })];
  await Promise.all([node.record(good), node.record({ ...bad, channelId: "of-no-form" })]);
  await settled(node);
  expect((await shop.charges(customer.walletId)).map(({ id }) => id)).toEqual([good.id]);
  expect((await shop.db.pool.query("SELECT request_id FROM settle_dead_letters")).rows).toEqual([{ request_id: bad.id }]);
});
