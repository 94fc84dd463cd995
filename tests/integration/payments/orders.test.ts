import { expect, test } from "vitest";
import { openDesk, usd } from "./desk.ts";

test("F1: an order is made, paid at the provider, and credited by its notification, with its fee and a receipt", async () => {
  const desk = await openDesk({ settings: { "payments.fee_percent": "5" } });
  const buyer = await desk.buyer();
  const { id, session } = await desk.order(buyer, usd(20));
  expect(await desk.state(id)).toMatchObject({ status: "open" });
  expect(desk.stripe.books.sessions.get(session)).toMatchObject({ amount_total: 2_100, currency: "usd", client_reference_id: id });

  desk.stripe.acts.pay(session);
  await desk.stripe.settled();
  expect(await desk.state(id)).toMatchObject({ status: "paid" });
  expect(await desk.purse(buyer)).toMatchObject({ paid: usd(20), lots: 0n, debt: 0n });
  expect(await desk.account("revenue:fee")).toBe(-usd(1));
  expect(await desk.account("psp:stripe:clearing")).toBe(usd(21) - usd(0.91)); // less the provider's own fee, 2.9 % and 30 cents
  expect(await desk.account("expense:psp_fee")).toBe(usd(0.91));
  expect(await desk.kinds(id)).toEqual(["created", "started", "paid"]);
  const { rows } = await desk.db.pool.query("SELECT doc->>'number' AS number, doc->>'total' AS total FROM invoices");
  expect(rows).toEqual([{ number: `INV-${new Date().getUTCFullYear()}-000001`, total: "21.00" }]);
  await desk.sound();
});
