// A relay process that serves requests until it is killed. Prints "open <id>" when a request was admitted and
// "done <id>" after its end was released, one a line, each by a write that a kill cannot take back.
import fs from "node:fs";
import { isRefusal } from "#money/billing.ts";
import { nano, pico } from "#money/amount.ts";
import { createBilling } from "#money/create-billing.ts";
import { compilePrice, priceUsage } from "#money/price.ts";
import { createClock } from "#platform/clock.ts";
import { createListener } from "#platform/db/listen.ts";
import { createPool } from "#platform/db/pool.ts";
import { uuidv7 } from "#platform/ids.ts";
import { createLog } from "#platform/log.ts";
import { atTurnEnd } from "#platform/turn.ts";

export type ChildOrder = Readonly<{ url: string; journalDir: string; walletIds: readonly string[]; modelId: string; versionId: string }>;

const order = JSON.parse(process.argv[2]!) as ChildOrder;
const log = createLog({ level: "error", format: "json", destination: process.stderr });
const say = (text: string): void => void fs.writeSync(1, `${text}\n`);
const price = compilePrice({ versionId: BigInt(order.versionId), document: { items: { request: "1000000000" } }, multipliers: [] });
const billing = await createBilling({
  pool: createPool(order.url, { name: "relay", max: 4 }), settlePool: createPool(order.url, { name: "settlement", max: 1 }),
  listener: await createListener(order.url, { log, onReconnect: () => undefined }),
  clock: createClock(), log, journalDir: order.journalDir, settings: () => ({ overdraftNano: 0n, guardExact: false }),
});
say("ready");

async function serve(walletId: string): Promise<void> {
  const ask = {
    requestId: uuidv7(), admittedAtMs: Date.now(), walletId, userId: walletId, keyId: walletId, modelId: order.modelId, endpoint: "chat", card: price.card(0, 0),
    stream: true, inputTokensMax: 10, candidates: 1, producesTokens: false, budgets: [],
  };
  const hold = await billing.admit(ask);
  if (isRefusal(hold)) throw new Error(hold.refused);
  // A request begins when its bytes leave for the vendor: killed before that, it has no row.
  await new Promise<void>((resolve) => atTurnEnd({ flush: resolve }));
  say(`open ${ask.requestId}`);
  await new Promise((resolve) => setTimeout(resolve, Math.random() * 20));
  const { sumPico, chargeNano, quantities } = priceUsage(ask.card, { request: 1 });
  await hold.finish({
    id: ask.requestId, walletId, userId: walletId, keyId: walletId, modelId: order.modelId, card: ask.card, outcome: "ok", usageSource: "upstream", quantities, sumPico,
    chargeNano, costPico: pico(777n), flags: 0, endpoint: "chat", stream: true, httpStatus: 200, holdNano: nano(hold.heldNano),
    attempts: [{ channelId: order.modelId, costPico: pico(777n) }], budgets: [],
  });
  say(`done ${ask.requestId}`);
}

await Promise.all(Array.from({ length: 20 }, async (_, i) => {
  for (;;) await serve(order.walletIds[i % order.walletIds.length]!);
}));
