import type { Pool } from "pg";
import type { SettingValues } from "#accounts/index.ts";
import type { Clock } from "#platform/clock.ts";
import type { Log } from "#platform/log.ts";
import { createCashier, type Cashier } from "#payments/cashier.ts";
import type { PaymentProvider } from "#payments/provider.ts";
import { createStripe, type StripeSettings } from "#payments/providers/stripe/index.ts";
import { createNetting, type Netting } from "#payments/netting.ts";
import { createWrongTries, type WrongTries } from "#payments/wrong-tries.ts";
import { createWebhooks, type Webhooks } from "#payments/webhooks.ts";
import { createRefunds, type Refunds } from "#payments/refunds.ts";

export type PaymentDeps = Readonly<{
  pool: Pool;
  clock: Clock;
  log: Log;
  stripe: StripeSettings;
  /** Public address of the shop, for the way back from the provider. */
  baseUrl(): Promise<string>;
  settings(): Promise<SettingValues>;
}>;

/** What the parts of this area share. */
export type PaymentTools = PaymentDeps & Readonly<{ providers: ReadonlyMap<string, PaymentProvider> }>;

/** Everything that the shop does with money that comes in. */
export type Payments = Readonly<{
  /** Card payment is possible; without it codes remain. */
  card: boolean;
  livemode: boolean | undefined;
  cashier: Cashier;
  refunds: Refunds;
  webhooks: Webhooks;
  netting: Netting;
  /** Wrong codes of customers, counted in this process. */
  codeTries: WrongTries;
}>;

export function createPayments(deps: PaymentDeps): Payments {
  const stripe = createStripe(deps.stripe);
  if (!stripe && (deps.stripe.secretKey ?? deps.stripe.webhookSecret) !== undefined) {
    deps.log.warn({}, "card top-up is off: STRIPE_SECRET_KEY and STRIPE_WEBHOOK_SECRET are needed both");
  }
  const tools: PaymentTools = { ...deps, providers: new Map(stripe ? [[stripe.id, stripe]] : []) };
  const cashier = createCashier(tools);
  const refunds = createRefunds(tools, cashier);
  const webhooks = createWebhooks(tools, cashier, refunds);
  const codeTries = createWrongTries(() => deps.clock.now());
  return { codeTries, card: stripe !== undefined, livemode: stripe?.livemode, cashier, refunds, webhooks, netting: createNetting(tools, cashier, refunds, webhooks) };
}
