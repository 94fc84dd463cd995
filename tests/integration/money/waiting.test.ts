import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { expect, test } from "vitest";
import type { Ask } from "#money/billing.ts";
import { admitted, askFor, openShop, PER_CALL, recordFor, settled, until, usd } from "./shop.ts";

test("money that waits for work stands in no journal before the work begins, and is charged and given back like any", async () => {
  const shop = await openShop();
  const node = await shop.node();
  const sold = await shop.model(PER_CALL);
  const customer = await shop.customer(usd(10));
  const [idle, begun, ended] = [0, 1, 2].map(() => askFor(customer, sold, { beginsLater: true })) as [Ask, Ask, Ask];
  const holds = [await admitted(node, idle), await admitted(node, begun), await admitted(node, ended)];
  holds[1]!.begin();
  holds[1]!.begin();
  holds[2]!.begin();
  const folder = path.join(shop.journalRoot, node.nodeId);
  const written = (): string => readdirSync(folder).map((name) => readFileSync(path.join(folder, name), "latin1")).join("");
  await until(() => written().includes(ended.requestId));
  expect([written().includes(idle.requestId), written().split(begun.requestId).length - 1]).toEqual([false, 1]);
  await holds[2]!.finish(recordFor(ended, sold, { request: 1 }));
  holds[0]!.release();
  holds[1]!.release();
  await settled(node);
  await node.close();
  expect(await shop.charges(customer.walletId)).toMatchObject([{ id: ended.requestId, outcome: "ok" }]);
  expect(await shop.wallet(customer.walletId)).toMatchObject({ paid: usd(9.9), leased: 0n });
  await shop.expectSound();
});
