import { TRPCError } from "@trpc/server";
import { z } from "zod";
import { nano, type Nano } from "#money/amount.ts";
import { minorText } from "#money/currencies.ts";
import {
  CardOff, lineCursorText, listOrders, newAccountLeft, OrderKeyReuse, orderView, ProviderRefused, ProviderUnsure, quoteTopUp, readLineCursor, recentOrders, RedeemError, redeemCode, TopUpRefused, walletLines, walletParts,
  type OrderView, type TopUpOffer,
} from "#payments/index.ts";
import { walletOfUser } from "#reports/index.ts";
import { consoleProcedure, refusal, router, type Context } from "#trpc/init.ts";

const LINES = 25;
const ORDERS = 25;
/** Amounts that are offered as buttons, as far as the shop's limits allow them. */
const PRESETS = [10, 20, 50, 100, 250].map((dollars) => nano(BigInt(dollars) * 1_000_000_000n));
const HOUR_MS = 3_600_000;

const noWallet = () => new TRPCError({ code: "NOT_FOUND", message: "This account has no wallet." });
const amount = z.bigint().min(1n).max(1_000_000_000_000_000_000n).transform(nano);

/** As text where the browser keeps answers by what was asked: it cannot write a big integer into the name of one. */
const amountText = z.string().regex(/^\d{1,18}$/).transform((text) => nano(BigInt(text)));

const price = z.strictObject({
  creditNano: z.bigint(), bonusNano: z.bigint(), bonusDays: z.number(), currency: z.string(), rate: z.bigint(), subtotal: z.string(), discount: z.string().nullable(), fee: z.string().nullable(), pay: z.string(),
});
const order = z.strictObject({
  id: z.string(), number: z.string(), createdAt: z.date(), expiresAt: z.date(), paidAt: z.date().nullable(), state: z.string(), status: z.string(), creditNano: z.bigint(), bonusNano: z.bigint(),
  currency: z.string(), payText: z.string(), taxText: z.string().nullable(), refundedText: z.string().nullable(), invoice: z.string().nullable(), failure: z.string().nullable(),
});

const shown = (view: OrderView): z.infer<typeof order> => {
  const { id, number, createdAt, expiresAt, paidAt, state, status, creditNano, bonusNano, currency, payText, taxText, invoice, failure } = view;
  const refundedText = view.refundedMinor > 0n ? view.refundedText : null;
  return { id, number, createdAt, expiresAt, paidAt, state, status, creditNano, bonusNano, currency, payText, taxText, refundedText, invoice, failure };
};

/** The most that this person may buy now: a new account starts small. */
const leftForNewAccount = async (ctx: Context & { user: { id: string } }) => newAccountLeft(await recentOrders(ctx.pool, ctx.user.id, ctx.clock.now()), ctx.clock.now());

export const walletRouter = router({
  /** Balance and holds of the signed-in user's wallet, in nano-USD. */
  balance: consoleProcedure("wallet:read")
    .output(z.strictObject({ balanceNano: z.bigint(), heldNano: z.bigint(), status: z.string() }))
    .query(async ({ ctx }) => {
      const wallet = await walletOfUser(ctx.pool, ctx.user.id);
      if (!wallet) throw noWallet();
      return { balanceNano: wallet.balanceNano, heldNano: wallet.heldNano, status: wallet.status };
    }),

  /** What the wallet is made of. */
  parts: consoleProcedure("wallet:read")
    .output(z.strictObject({
      paidNano: z.bigint(), lotsNano: z.bigint(), frozenNano: z.bigint(), debtNano: z.bigint(), creditLimitNano: z.bigint(), heldNano: z.bigint(), status: z.string(),
      lots: z.array(z.strictObject({ id: z.string(), kind: z.string(), remainingNano: z.bigint(), expiresAt: z.date().nullable() })),
    }))
    .query(async ({ ctx }) => {
      const found = await walletParts(ctx.pool, ctx.user.id);
      if (!found) throw noWallet();
      const { walletId: _wallet, lots, ...parts } = found;
      return { ...parts, lots: [...lots] };
    }),

  /** Movements of the wallet, newest first, each with the balance after it. */
  transactions: consoleProcedure("wallet:read")
    .input(z.strictObject({ cursor: z.string().max(60).nullish() }))
    .output(z.strictObject({
      lines: z.array(z.strictObject({
        key: z.string(), kind: z.string(), at: z.date(), deltaNano: z.bigint(), balanceNano: z.bigint(), transactionId: z.string().nullable(), refType: z.string().nullable(),
        refId: z.string().nullable(), orderId: z.string().nullable(), orderNumber: z.string().nullable(),
      })),
      next: z.string().nullable(),
    }))
    .query(async ({ ctx, input }) => {
      const wallet = await walletOfUser(ctx.pool, ctx.user.id);
      if (!wallet) throw noWallet();
      const after = input.cursor ? readLineCursor(input.cursor) : undefined;
      const { lines, next } = await walletLines(ctx.pool, wallet.id, LINES, after);
      return {
        lines: lines.map(({ key, kind, at, deltaNano, balanceNano, transactionId, refType, refId, orderId, orderNumber }) => ({ key, kind, at, deltaNano, balanceNano, transactionId, refType, refId, orderId, orderNumber })),
        next: next ? lineCursorText(next) : null,
      };
    }),

  /** What can be bought, and for how much; without card payment only codes are left. */
  offer: consoleProcedure("wallet:read")
    .output(z.strictObject({ card: z.boolean(), test: z.boolean(), minNano: z.bigint(), maxNano: z.bigint(), newAccount: z.boolean(), presets: z.array(price) }))
    .query(async ({ ctx }) => {
      const { card, livemode, cashier } = ctx.payments;
      const [offer, left] = await Promise.all([cashier.offer(ctx.user.id), leftForNewAccount(ctx)]);
      const maxNano = left !== undefined && left < offer.maxNano ? left : offer.maxNano;
      const presets = PRESETS.filter((each) => each >= offer.minNano && each <= maxNano).map((each) => priceOf(offer, each));
      return { card, test: livemode === false, minNano: offer.minNano, maxNano, newAccount: left !== undefined, presets };
    }),

  /** What an amount costs. */
  quote: consoleProcedure("wallet:read")
    .input(z.strictObject({ creditNano: amountText }))
    .output(price)
    .query(async ({ ctx, input }) => {
      try {
        return priceOf(await ctx.payments.cashier.offer(ctx.user.id), input.creditNano);
      } catch (error) {
        throw told(error);
      }
    }),

  /** Makes an order; the same key is the same order. Without an address the provider has not answered: ask again. */
  topUp: consoleProcedure("orders:write")
    .input(z.strictObject({ creditNano: amount, key: z.uuid() }))
    .output(z.strictObject({ id: z.string(), url: z.string().nullable() }))
    .mutation(async ({ ctx, input }) => {
      const wallet = await walletOfUser(ctx.pool, ctx.user.id);
      if (!wallet) throw noWallet();
      try {
        const { order: made, url } = await ctx.payments.cashier.order({
          userId: ctx.user.id, walletId: wallet.id, creditNano: input.creditNano, clientKey: `console:${input.key}`, source: "user", limited: true,
        });
        return { id: made.id, url: url ?? null };
      } catch (error) {
        throw told(error);
      }
    }),

  order: consoleProcedure("orders:read")
    .input(z.strictObject({ id: z.uuid() }))
    .output(order)
    .query(async ({ ctx, input }) => {
      const found = await orderView(ctx.pool, input.id, ctx.user.id);
      if (!found) throw new TRPCError({ code: "NOT_FOUND", message: "There is no such order." });
      return shown(found);
    }),

  /** Asks the provider how an order of one's own stands: for the page that one comes back to. */
  checkOrder: consoleProcedure("orders:read")
    .input(z.strictObject({ id: z.uuid() }))
    .output(z.strictObject({ order, answered: z.boolean(), url: z.string().nullable() }))
    .mutation(async ({ ctx, input }) => {
      const found = await orderView(ctx.pool, input.id, ctx.user.id);
      if (!found) throw new TRPCError({ code: "NOT_FOUND", message: "There is no such order." });
      // Anybody can press reload; the provider is asked a few times a minute at most.
      const asked = ctx.throttle.take(`order-check:${found.id}`, [{ most: 10, perMs: 60_000 }], ctx.clock.now()) === 0;
      const answered = asked && (await ctx.payments.cashier.check(found.id, "return").then(() => true, () => false));
      const now = (await orderView(ctx.pool, input.id, ctx.user.id))!;
      const url = now.state === "open" ? await ctx.payments.cashier.payUrl(now.id).catch(() => undefined) : undefined;
      return { order: shown(now), answered, url: url ?? null };
    }),

  orders: consoleProcedure("orders:read")
    .input(z.strictObject({ cursor: z.uuid().nullish() }))
    .output(z.strictObject({ orders: z.array(order), next: z.string().nullable() }))
    .query(async ({ ctx, input }) => {
      const found = await listOrders(ctx.pool, { userId: ctx.user.id, limit: ORDERS + 1, ...(input.cursor && { before: input.cursor }) });
      const rows = found.slice(0, ORDERS);
      return { orders: rows.map(shown), next: found.length > ORDERS ? rows.at(-1)!.id : null };
    }),

  /** Whatever is wrong with a code, the answer is the same: codes must not be found out by trying. */
  redeem: consoleProcedure("wallet:write")
    .input(z.strictObject({ code: z.string().trim().min(1).max(100) }))
    .output(z.strictObject({ creditNano: z.bigint(), expiresAt: z.date().nullable() }))
    .mutation(async ({ ctx, input }) => {
      const { codeTries } = ctx.payments;
      const blocked = codeTries.blockedUntilMs(ctx.user.id, ctx.ip);
      if (blocked !== undefined) throw refusal(`wait:${Math.ceil((blocked - ctx.clock.now()) / HOUR_MS * 60)}`, { code: "TOO_MANY_REQUESTS", message: "Too many wrong codes." });
      const wallet = await walletOfUser(ctx.pool, ctx.user.id);
      if (!wallet) throw noWallet();
      try {
        const done = await redeemCode(ctx.pool, ctx.keys.codePepper, { code: input.code, userId: ctx.user.id, walletId: wallet.id, actor: { type: "user", id: ctx.user.id } });
        return { creditNano: done.creditNano, expiresAt: done.expiresAt ?? null };
      } catch (error) {
        if (!(error instanceof RedeemError)) throw error;
        codeTries.wrong(ctx.user.id, ctx.ip);
        throw refusal("code", { code: "BAD_REQUEST", message: "This code is not valid." });
      }
    }),
});

function priceOf(offer: TopUpOffer, creditNano: Nano): z.infer<typeof price> {
  const { bonusNano, currency, rate, amounts } = quoteTopUp(offer, creditNano);
  const text = (minor: bigint): string => minorText(minor, currency);
  return {
    creditNano, bonusNano, bonusDays: offer.bonusDays, currency, rate, subtotal: text(amounts.subtotal), discount: amounts.discount > 0n ? text(amounts.discount) : null,
    fee: amounts.fee > 0n ? text(amounts.fee) : null, pay: text(amounts.pay),
  };
}

/** Errors of the till in words that a browser acts on. */
function told(error: unknown): unknown {
  if (error instanceof TopUpRefused) return refusal(error.problem, { code: "BAD_REQUEST", message: error.message });
  if (error instanceof CardOff) return refusal("card_off", { code: "PRECONDITION_FAILED", message: error.message });
  if (error instanceof OrderKeyReuse) return refusal("key", { code: "CONFLICT", message: error.message });
  if (error instanceof ProviderRefused || error instanceof ProviderUnsure) return refusal("provider", { code: "BAD_GATEWAY", message: "The payment provider did not take the order." });
  return error;
}
