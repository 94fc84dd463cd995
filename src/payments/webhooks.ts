import type { Cashier } from "#payments/cashier.ts";
import type { PaymentTools } from "#payments/create-payments.ts";
import { closeNotice, keepNotice } from "#payments/events.store.ts";
import { BadSignature, type PaymentProvider, type ProviderNotice } from "#payments/provider.ts";
import type { Refunds } from "#payments/refunds.ts";

/** What a notification is answered with; only 2xx ends its repetition. */
export type WebhookAnswer = Readonly<{ status: 200 | 400 | 404 | 413 | 500 | 503; body: string }>;

const BYTES_MAX = 256 * 1024;
/** The provider waits ten seconds or so; what takes longer is done by the next repetition or by the job. */
const BUDGET_MS = 8_000;

export interface Webhooks {
  /** One notification as it came over the wire. Never throws. */
  receive(providerId: string, request: Request): Promise<WebhookAnswer>;
  /** Does what a kept notification asks for. @throws errors of the provider and the database */
  process(provider: PaymentProvider, notice: ProviderNotice): Promise<void>;
}

export function createWebhooks(tools: PaymentTools, cashier: Cashier, refunds: Refunds): Webhooks {
  const { pool, log } = tools;

  async function receive(providerId: string, request: Request): Promise<WebhookAnswer> {
    if (providerId !== "stripe") return { status: 404, body: "there is no such provider" };
    const provider = tools.providers.get(providerId);
    if (!provider) return { status: 503, body: "this provider is not set up" };
    const rawBody = await readBody(request);
    if (rawBody === undefined) return { status: 413, body: "too large" };
    let notice: ProviderNotice;
    try {
      notice = provider.read(rawBody, request.headers);
    } catch (error) {
      if (!(error instanceof BadSignature)) throw error;
      log.warn({ provider: providerId, reason: error.message }, "a payment notification was refused");
      return { status: 400, body: error.message };
    }
    if (notice.livemode !== provider.livemode) {
      log.error({ provider: providerId, event: notice.id }, "a payment notification of the other mode (live or test) came in");
      return { status: 400, body: "wrong mode" };
    }
    const before = await keepNotice(pool, providerId, notice);
    if (before === "done" || before === "ignored") return { status: 200, body: "done before" };
    return withinBudget(provider, notice);
  }

  async function withinBudget(provider: PaymentProvider, notice: ProviderNotice): Promise<WebhookAnswer> {
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<"late">((resolve) => { timer = setTimeout(() => resolve("late"), BUDGET_MS); });
    const work = process(provider, notice);
    work.catch(() => undefined); // told by whoever waits below; after the budget nobody does
    try {
      return (await Promise.race([work, late])) === "late" ? { status: 500, body: "not done yet" } : { status: 200, body: "done" };
    } catch (error) {
      log.error({ err: error, provider: provider.id, event: notice.id, type: notice.type }, "a payment notification failed");
      await closeNotice(pool, provider.id, notice.id, "failed", error instanceof Error ? error.message : "error").catch(() => undefined);
      return { status: 500, body: "failed" };
    } finally {
      clearTimeout(timer);
    }
  }

  async function process(provider: PaymentProvider, notice: ProviderNotice): Promise<void> {
    const { subject } = notice;
    if (subject.kind === "order") await cashier.checkSession(provider, subject.sessionId);
    else if (subject.kind === "refunds") await refunds.syncPayment(provider, subject.paymentId);
    else if (subject.kind === "dispute") await refunds.syncDispute(provider, subject.disputeId);
    else if (subject.kind === "fraud_warning") await refunds.noteFraudWarning(provider, subject.paymentId);
    await closeNotice(pool, provider.id, notice.id, subject.kind === "ignored" ? "ignored" : "done");
  }

  return {
    process,
    receive: (providerId, request) => receive(providerId, request).catch((error: unknown) => {
      log.error({ err: error, provider: providerId }, "a payment notification could not be taken");
      return { status: 500, body: "failed" };
    }),
  };
}

/** The raw text, before anything has parsed it; undefined when it is too large. */
async function readBody(request: Request): Promise<string | undefined> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of request.body ?? []) {
    size += chunk.byteLength;
    if (size > BYTES_MAX) return undefined;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString("utf8");
}
