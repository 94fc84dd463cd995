import Stripe from "stripe";
import { disputeOf, idOf, refundOf, SESSION_EXPAND, stateOfSession, subjectOf } from "#payments/providers/stripe/read-objects.ts";
import { BadSignature, ProviderRefused, ProviderUnsure, type OrderForProvider, type PaymentProvider, type ProviderNotice, type Started } from "#payments/provider.ts";
import { displayBalance } from "#money/format-amount.ts";

export type StripeSettings = Readonly<{
  secretKey?: string;
  /** One, or two with a comma between while they are exchanged. */
  webhookSecret?: string;
  /** Another server that speaks Stripe's API; the environment allows it with test keys and private addresses only. */
  apiBase?: string;
}>;

const TIMEOUT_MS = 10_000;
/** Clock difference and way of a notification. */
const TOLERANCE_S = 300;
/** How far around an order's creation its session is looked for. */
const FIND_S = 120;
const FIND_MAX = 500;

/** Stripe by Checkout's hosted page; undefined without a key and a webhook secret, for money could not be told apart then. */
export function createStripe(settings: StripeSettings): PaymentProvider | undefined {
  const secrets = (settings.webhookSecret ?? "").split(",").map((secret) => secret.trim()).filter((secret) => secret !== "");
  const key = settings.secretKey?.trim() ?? "";
  if (key === "" || secrets.length === 0) return undefined;
  const livemode = /^(sk|rk)_live_/.test(key);
  const stripe = new Stripe(key, { maxNetworkRetries: 2, timeout: TIMEOUT_MS, telemetry: false, ...serverOf(settings.apiBase) });

  return {
    id: "stripe",
    livemode,
    start: (order, attempt, site) => told(() => start(stripe, order, attempt, site)),
    find: (order) => told(async () => {
      const from = Math.floor(order.createdAt.getTime() / 1_000) - FIND_S;
      let seen = 0;
      for await (const session of stripe.checkout.sessions.list({ created: { gte: from, lte: from + 3_600 }, limit: 100 })) {
        if (session.client_reference_id === order.id) return session.id;
        if (++seen >= FIND_MAX) return undefined;
      }
      return undefined;
    }),
    read: (rawBody, headers) => noticeOf(verified(stripe, rawBody, headers.get("stripe-signature"), secrets)),
    reread: (payload) => noticeOf(payload as Stripe.Event),
    state: (sessionId) => told(async () => stateOfSession(await stripe.checkout.sessions.retrieve(sessionId, { expand: SESSION_EXPAND }))),
    refund: ({ id, paymentId, amountMinor }) => told(async () => {
      const params = { payment_intent: paymentId, amount: Number(amountMinor), metadata: { refund_id: id } };
      return refundOf(await stripe.refunds.create(params, { idempotencyKey: `refund:${id}` }));
    }),
    refunds: (paymentId) => told(async () => {
      const all = [];
      for await (const refund of stripe.refunds.list({ payment_intent: paymentId, limit: 100 })) all.push(refundOf(refund));
      return all;
    }),
    dispute: (id) => told(async () => disputeOf(await stripe.disputes.retrieve(id))),
    orderOfPayment: (paymentId) => told(async () => (await stripe.paymentIntents.retrieve(paymentId)).metadata.order_id),
  };
}

async function start(stripe: Stripe, order: OrderForProvider, attempt: number, site: Readonly<{ url: string; shopName: string; tax: boolean }>): Promise<Started> {
  const customerId = order.customerId ?? (await stripe.customers.create(
    { email: order.email, metadata: { user_id: order.userId } }, { idempotencyKey: `customer:${order.userId}:${order.email}` })).id;
  const item = (name: string, amount: bigint) => ({ quantity: 1, price_data: { currency: order.currency.toLowerCase(), unit_amount: Number(amount), product_data: { name } } });
  const back = `${site.url}/console/wallet/return?order=${order.id}`;
  const session = await stripe.checkout.sessions.create({
    mode: "payment",
    customer: customerId,
    client_reference_id: order.id,
    metadata: { order_id: order.id },
    payment_intent_data: { metadata: { order_id: order.id }, description: order.number },
    line_items: [
      item(`${site.shopName}: ${displayBalance(order.creditNano)}`, order.payMinor - order.feeMinor),
      ...(order.feeMinor > 0n ? [item("Fee", order.feeMinor)] : []),
    ],
    allow_promotion_codes: false,
    adaptive_pricing: { enabled: false },
    automatic_tax: { enabled: site.tax },
    expires_at: Math.floor(order.expiresAt.getTime() / 1_000),
    success_url: back,
    cancel_url: `${back}&left=1`,
  }, { idempotencyKey: attempt <= 1 ? `order:${order.id}` : `order:${order.id}:${attempt}` });
  if (!session.url) throw new ProviderRefused("Stripe gave no address to pay at.");
  return { sessionId: session.id, customerId: idOf(session.customer) ?? customerId, url: session.url };
}

/** The library refuses blank secrets and old time stamps by itself. */
function verified(stripe: Stripe, rawBody: string, signature: string | null, secrets: readonly string[]): Stripe.Event {
  if (!signature) throw new BadSignature("there is no signature");
  for (const secret of secrets) {
    try {
      return stripe.webhooks.constructEvent(rawBody, signature, secret, TOLERANCE_S);
    } catch (error) {
      if (!(error instanceof Stripe.errors.StripeSignatureVerificationError)) throw new BadSignature("the notification cannot be read", { cause: error });
    }
  }
  throw new BadSignature("no secret fits the signature");
}

function noticeOf(event: Stripe.Event): ProviderNotice {
  const object = event.data.object as { id?: string };
  return { id: event.id, type: event.type, objectId: object.id, livemode: event.livemode, payload: event, subject: subjectOf(event.type, object) };
}

/** Errors in the two words that the shop knows. */
async function told<T>(call: () => Promise<T>): Promise<T> {
  try {
    return await call();
  } catch (error) {
    if (!(error instanceof Stripe.errors.StripeError)) throw error;
    const status = error.statusCode ?? 0;
    const passing = error instanceof Stripe.errors.StripeConnectionError || status >= 500 || status === 429 || status === 409;
    if (passing) throw new ProviderUnsure(`Stripe did not do it: ${error.message}`, status > 0, { cause: error });
    throw new ProviderRefused(error.message, { cause: error });
  }
}

function serverOf(apiBase: string | undefined): Readonly<{ host: string; port: string; protocol: "http" | "https" }> | Record<string, never> {
  if (apiBase === undefined) return {};
  const { hostname, port, protocol } = new URL(apiBase);
  const secure = protocol === "https:";
  return { host: hostname.replace(/^\[|\]$/g, ""), port: port || (secure ? "443" : "80"), protocol: secure ? "https" : "http" };
}
