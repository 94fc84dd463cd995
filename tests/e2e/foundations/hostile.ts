import { startShop, type Shop } from "../../support/shop-process.ts";
import { startStripeServer, TEST_KEY, TEST_WEBHOOK_SECRET } from "../../support/stripe-server.ts";
import { until } from "../../support/until.ts";
import { startVendor } from "../../support/vendor.ts";
import { readFacts, type Facts } from "../shots/facts.ts";
import { BUYERS, MODELS, secretOf, stockedStore } from "../shots/stock.ts";
import { speakPublicly } from "../shots/notices.ts";
import { orderVideos } from "../shots/order-videos.ts";
import { giveCredit, payOrders, sendRequests, teachVendor } from "../shots/trade.ts";

/** A shop with trade in it whose things bear the worst names that the server takes: 64 characters, markup, marks that turn the text, emoji. */

const wide = (start: string): string => start.padEnd(64, "W");
const MARKUP = `<img src=x onerror=alert(1)> "a" & 'b' \u202Eturned\u202C \u{1F469}\u200D\u{1F469}\u200D\u{1F467} \u05D0\u05D1\u05D2`;

export const NAMES = {
  key: MARKUP, otherKey: wide("key-"), channel: MARKUP, otherChannel: wide("channel-"), model: MARKUP, user: MARKUP, group: wide("group-"),
  slug: wide("acme-1/"), email: `${"m".repeat(40)}@${"w".repeat(16)}.example`,
} as const;

export type HostileShop = Readonly<{ shop: Shop; facts: Facts; close(): Promise<void> }>;

const REQUESTS = 24;
const ALICE = BUYERS[0]!.email;

/** @param beforeRenaming for what goes by the old names, as signing in does */
export async function openHostileShop(beforeRenaming: (shop: Shop) => Promise<void>): Promise<HostileShop> {
  const vendor = await startVendor();
  teachVendor(vendor);
  const stripe = await startStripeServer();
  const env = { STRIPE_SECRET_KEY: TEST_KEY, STRIPE_WEBHOOK_SECRET: TEST_WEBHOOK_SECRET, STRIPE_API_BASE: stripe.url };
  const shop = await startShop({ role: "all", store: hostileStore(vendor.url), env, readyMs: 600_000 });
  stripe.hooks.url = `${shop.url}/api/webhooks/stripe`;
  await giveCredit(shop);
  await payOrders(shop, stripe);
  await sendRequests(shop, REQUESTS);
  await speakPublicly(shop);
  await orderVideos(shop);
  for (const [model, text] of [[NAMES.slug, "Hello"], ["claude-sonnet-4-5", "Hello"], ["claude-sonnet-4-5", "Please refuse this."]] as const) {
    const reply = await fetch(`${shop.url}/v1/chat/completions`, {
      method: "POST", headers: { authorization: `Bearer ${secretOf(ALICE)}`, "content-type": "application/json" }, body: JSON.stringify({ model, stream: true, max_tokens: 64, messages: [{ role: "user", content: text }] }),
    });
    await reply.text();
  }
  // The last requests are settled after they were answered.
  const facts = await until("a charge of each kind", () => readFacts(shop).catch(() => undefined), { timeoutMs: 20_000, everyMs: 200 });
  await beforeRenaming(shop);
  await rename(shop, facts);
  return {
    shop, facts,
    async close() {
      await shop.stop();
      await Promise.all([vendor.close(), stripe.stop()]);
    },
  };
}

function hostileStore(vendor: string): object {
  const store = stockedStore(vendor) as { models: readonly object[]; channels: readonly Readonly<Record<string, unknown>>[] };
  return {
    ...store,
    models: [...store.models, { id: NAMES.slug, vendor: MODELS[0]!.vendor, context: 128_000, price: { input: 1, output: 2 } }],
    channels: [...store.channels, { name: NAMES.otherChannel, provider: "openai", base_url: vendor, keys: ["sk-supply-hostile"], models: [NAMES.slug], groups: ["default"] }],
  };
}

/** What ids lead to keeps its address and gets another name. */
async function rename(shop: Shop, facts: Facts): Promise<void> {
  await shop.sql("UPDATE api_keys SET name = $2 WHERE id = $1", [facts.keyId, NAMES.key]);
  await shop.sql("UPDATE api_keys SET name = $1 WHERE name = 'laptop'", [NAMES.otherKey]);
  await shop.sql("UPDATE channels SET name = $2 WHERE id = $1", [facts.channelId, NAMES.channel]);
  await shop.sql("UPDATE models SET name = $2 WHERE id = $1", [facts.modelId, NAMES.model]);
  await shop.sql("UPDATE groups SET name = $1 WHERE name = 'pro'", [NAMES.group]);
  await shop.sql("UPDATE users SET name = $2, email = $3 WHERE id = $1", [facts.userId, NAMES.user, NAMES.email]);
  await shop.sql("UPDATE incidents SET title = $2 WHERE id = $1", [facts.incidentId, JSON.stringify({ en: NAMES.model, zh: NAMES.model })]);
  // Nobody has opened a page yet that would hold the old names; the relay hears of the new ones.
  await shop.sql("UPDATE config_rev SET rev = rev + 1");
}
