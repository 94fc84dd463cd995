import type { Cashier } from "#payments/cashier.ts";
import type { PaymentTools } from "#payments/create-payments.ts";
import { closeNotice, openNotices } from "#payments/events.store.ts";
import { takeDueOrders } from "#payments/orders.store.ts";
import type { Refunds } from "#payments/refunds.ts";
import type { Webhooks } from "#payments/webhooks.ts";

const ORDERS_A_RUN = 50;
const NOTICES_A_RUN = 50;
/** A notification that is being worked on just now is not worked on twice. */
const NOTICE_AGE_MS = 60_000;

/** The nets below the webhook: what did not arrive, or failed here, is found. */
export interface Netting {
  /** Asks the provider about orders that are due. Safe in two processes at once. @returns how many were asked */
  checkOrders(): Promise<number>;
  /** Takes up notifications that failed, and refunds that hang. */
  retry(): Promise<void>;
}

export function createNetting(tools: PaymentTools, cashier: Cashier, refunds: Refunds, webhooks: Webhooks): Netting {
  const { pool, clock, log } = tools;
  return {
    async checkOrders() {
      const due = await takeDueOrders(pool, clock.now(), ORDERS_A_RUN);
      for (const { id } of due) {
        await cashier.check(id, "poll").catch((error: unknown) => log.warn({ err: error, order: id }, "the provider could not be asked about an order"));
      }
      return due.length;
    },
    async retry() {
      for (const provider of tools.providers.values()) {
        for (const { payload } of await openNotices(pool, provider.id, new Date(Date.now() - NOTICE_AGE_MS), NOTICES_A_RUN)) {
          const notice = provider.reread(payload);
          await webhooks.process(provider, notice).catch(async (error: unknown) => {
            log.warn({ err: error, event: notice.id }, "a payment notification failed again");
            await closeNotice(pool, provider.id, notice.id, "failed", error instanceof Error ? error.message : "error");
          });
        }
      }
      await refunds.resume();
    },
  };
}
