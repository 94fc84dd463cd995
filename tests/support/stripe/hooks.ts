import { createHmac } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import type { StripeEvent } from "./objects.ts";

/** One sending of an event. */
export type Sending = Readonly<{ delayMs?: number; /** Another than the endpoint's own. */ secret?: string; /** Seconds to take off the signature's time. */ olderBy?: number }>;

/** How events reach the shop; the default sends each once, at once. */
export type Hooks = {
  url: string | undefined;
  secret: string;
  /** Decides what becomes of each event: an empty list drops it. */
  plan: (event: StripeEvent) => readonly Sending[];
  /** How often a sending is repeated that was not answered with 2xx. */
  retries: number;
  retryMs: number;
  /** What was answered, in order. */
  readonly answers: { type: string; id: string; status: number }[];
};

export const createHooks = (url: string | undefined, secret: string): Hooks => ({ url, secret, plan: () => [{}], retries: 2, retryMs: 500, answers: [] });

/** `t=…,v1=…`: HMAC-SHA256 over time stamp, dot and body. */
export function signatureOf(body: string, secret: string, atSeconds: number): string {
  return `t=${atSeconds},v1=${createHmac("sha256", secret).update(`${atSeconds}.${body}`).digest("hex")}`;
}

/** Sends an event by its plan. Never throws. */
export async function deliver(hooks: Hooks, event: StripeEvent, now: () => number, signal: AbortSignal, plan = hooks.plan(event)): Promise<void> {
  await Promise.all(plan.map(async (sending) => {
    await sleep(sending.delayMs ?? 0, undefined, { signal }).catch(() => undefined);
    for (let attempt = 0; attempt <= hooks.retries && !signal.aborted; attempt += 1) {
      const status = await send(hooks, event, now, sending, signal);
      if (status >= 200 && status < 300) return;
      await sleep(hooks.retryMs, undefined, { signal }).catch(() => undefined);
    }
  }));
}

async function send(hooks: Hooks, event: StripeEvent, now: () => number, sending: Sending, signal: AbortSignal): Promise<number> {
  if (hooks.url === undefined) return 204;
  const body = JSON.stringify(event);
  const signature = signatureOf(body, sending.secret ?? hooks.secret, now() - (sending.olderBy ?? 0));
  const status = await fetch(hooks.url, { method: "POST", headers: { "content-type": "application/json", "stripe-signature": signature }, body, signal })
    .then((response) => response.status, () => 0);
  hooks.answers.push({ type: event.type, id: event.id, status });
  return status;
}
