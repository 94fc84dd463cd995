import type { Shop } from "../../support/shop-process.ts";
import { seededRandom } from "../../support/random.ts";
import type { StripeServer } from "../../support/stripe-server.ts";
import { until } from "../../support/until.ts";
import type { Rule, Vendor } from "../../support/vendor.ts";
import { answer, chat, failure, json, usage } from "../../support/vendor-scripts.ts";
import { BUYERS, KEYLESS_EMAIL, MODELS, secretOf } from "./stock.ts";

/** What happens in the shop before the pictures are taken: requests of every outcome, payments, refunds, adjustments. */

const SENT_AT_ONCE = 8;
const TEXT = "A lantern is a light in a case, made to be carried, hung up or set in a window.";

/** Answers as vendors do: of different length, some from the cache, some slow, now and then one that fails. */
export function teachVendor(vendor: Vendor): void {
  const random = seededRandom(7);
  const between = (low: number, high: number): number => Math.floor(low + random() * (high - low));
  const rule: Rule = (request) => {
    const scripted = request.model.includes("?") || request.path.endsWith("/models");
    if (scripted) return answer(request);
    if (request.path.endsWith("/images/generations")) return json({ created: 1_700_000_000, data: [{ b64_json: "iVBORw0KGgo=" }] });
    if (request.path.endsWith("/embeddings")) return answer(request);
    if (JSON.stringify(request.json?.messages ?? "").includes("refuse this")) return failure(400, "The request was refused: the conversation is longer than the context.", "context_length_exceeded");
    const luck = random();
    if (luck < 0.02) return failure(500, "The server had an error while processing your request.");
    const prompt = between(200, 24_000);
    const told = usage(prompt, between(40, 2_400), { prompt_tokens_details: { cached_tokens: luck < 0.5 ? between(0, prompt) : 0 } });
    const script = chat({ text: TEXT, usage: told, firstMs: between(30, luck < 0.06 ? 900 : 200), gapMs: 2, ...(luck > 0.985 && { fate: "cut" as const, after: 8 }) });
    return typeof script === "function" ? script(request) : script;
  };
  vendor.on("*", rule);
}

type Sent = Readonly<{ key: string; model: string; stream: boolean; abort: boolean; refuse: boolean; path: string }>;

/** Some hundred requests; what each of them answers is the shop's matter. */
export async function sendRequests(shop: Shop, count: number): Promise<void> {
  const random = seededRandom(11);
  const pick = <T>(all: readonly T[]): T => all[Math.floor(random() * all.length)]!;
  const sold = MODELS.filter(({ price }) => price).map(({ id }) => id);
  const chats = sold.filter((id) => !/image|embedding/.test(id));
  const shares = BUYERS.flatMap(({ email, share }) => Array.from({ length: share }, () => email));
  const plan = Array.from({ length: count }, (): Sent => {
    const kind = random();
    const model = kind < 0.04 ? "gpt-image-1" : kind < 0.09 ? "text-embedding-3-small" : pick(kind < 0.5 ? chats.slice(0, 4) : chats);
    const path = model === "gpt-image-1" ? "/images/generations" : model === "text-embedding-3-small" ? "/embeddings" : "/chat/completions";
    return { key: secretOf(pick(shares)), model, path, stream: path === "/chat/completions" && random() < 0.6, abort: random() < 0.04, refuse: random() < 0.03 };
  });
  // The emptiest wallet and a model that is not sold are refused before any vendor hears of them.
  plan.push({ key: secretOf(BUYERS.at(-1)!.email), model: sold[0]!, path: "/chat/completions", stream: false, abort: false, refuse: false });
  const rest = [...plan];
  await Promise.all(Array.from({ length: SENT_AT_ONCE }, async () => {
    for (let next = rest.pop(); next; next = rest.pop()) await send(shop, next);
  }));
}

async function send(shop: Shop, { key, model, path, stream, abort, refuse }: Sent): Promise<void> {
  const leaving = new AbortController();
  const ask = refuse ? "Please refuse this." : "What is a lantern?";
  const body = path === "/embeddings" ? { model, input: [ask] } : path === "/images/generations" ? { model, prompt: ask, n: 1 } : { model, stream, max_tokens: 2_500, messages: [{ role: "user", content: ask }] };
  try {
    const response = await fetch(`${shop.url}/v1${path}`, { method: "POST", headers: { authorization: `Bearer ${key}`, "content-type": "application/json" }, body: JSON.stringify(body), signal: leaving.signal });
    const reader = response.body?.getReader();
    for (let pieces = 0; reader; pieces++) {
      if ((await reader.read()).done) break;
      if (abort && pieces >= 2) leaving.abort();
    }
  } catch {
    // A stream that broke or was left is one of the outcomes that are wanted.
  }
}

type Order = Readonly<{ id: string; checkout_url: string | null; status: string }>;

const sessionOf = (order: Order): string => new URL(order.checkout_url!).pathname.split("/").pop()!;

/** Orders in every state that one can be in. */
export async function payOrders(shop: Shop, stripe: StripeServer): Promise<void> {
  const make = async (email: string, usd: string, key: string): Promise<Order> => {
    const { status, body } = await shop.rest<Order>("/orders", { method: "POST", body: { user: email, amount_usd: usd, idempotency_key: key } });
    if (status >= 300) throw new Error(`no order for ${email}: ${status} ${JSON.stringify(body)}`);
    return body;
  };
  const paid = async (email: string, usd: string, key: string): Promise<string> => {
    const order = await make(email, usd, key);
    stripe.acts.pay(sessionOf(order));
    await until(`${key} to be paid`, async () => (await shop.sql<{ status: string }>("SELECT status FROM orders WHERE id = $1", [order.id]))[0]?.status === "paid", { timeoutMs: 20_000, everyMs: 100 });
    return order.id;
  };
  const [alice, chen, bruno, dana] = BUYERS.map(({ email }) => email) as [string, string, string, string];
  const first = await paid(alice, "50.00", "shots-1");
  await paid(chen, "100.00", "shots-2");
  const third = await paid(bruno, "20.00", "shots-3");
  const fourth = await paid(dana, "20.00", "shots-4");
  await make(alice, "10.00", "shots-5");
  stripe.acts.expire(sessionOf(await make(alice, "20.00", "shots-6")));
  stripe.acts.payLater(sessionOf(await make(chen, "50.00", "shots-7")));
  const bounced = sessionOf(await make(bruno, "10.00", "shots-8"));
  stripe.acts.payLater(bounced);
  stripe.acts.settleLater(bounced, false);
  await stripe.settled();
  await refund(shop, first, "10.00");
  await refund(shop, third, "20.00");
  const intent = (await shop.sql<{ intent: string }>("SELECT provider_payment_id AS intent FROM orders WHERE id = $1", [fourth]))[0]!.intent;
  stripe.acts.dispute(intent);
  await stripe.settled();
}

async function refund(shop: Shop, order: string, usd: string): Promise<void> {
  const { status, body } = await shop.rest(`/orders/${order}/refunds`, { method: "POST", body: { amount_usd: usd, reason: "asked for by the customer", idempotency_key: `refund-${order}` } });
  if (status >= 300) throw new Error(`no refund: ${status} ${JSON.stringify(body)}`);
}

/** Codes that are redeemed, and wallets that staff mended. */
export async function giveCredit(shop: Shop): Promise<void> {
  const call = async (path: string, body: object): Promise<void> => {
    const { status, body: said } = await shop.rest(path, { method: "POST", body });
    if (status >= 300) throw new Error(`${path}: ${status} ${JSON.stringify(said)}`);
  };
  for (const { email } of BUYERS.slice(0, 4)) await call("/codes/WELCOME-5/redemptions", { user: email });
  await call("/codes/SPRING-FAIR/redemptions", { user: KEYLESS_EMAIL });
  await call(`/users/${BUYERS[0]!.email}/adjustments`, { amount_usd: "1.25", reason: "made good for the outage", idempotency_key: "shots-good" });
  await call(`/users/${BUYERS[1]!.email}/adjustments`, { amount_usd: "-0.75", reason: "booked twice by hand", idempotency_key: "shots-twice" });
}
