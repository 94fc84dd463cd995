import http from "node:http";
import type { AddressInfo } from "node:net";
import { parseArgs } from "node:util";
import { createActs, found, type Acts } from "./stripe/acts.ts";
import { apiError, createApi, type ApiAnswer } from "./stripe/api.ts";
import { parseForm } from "./stripe/form.ts";
import { createHooks, deliver, type Hooks, type Sending } from "./stripe/hooks.ts";
import { emptyBooks, type Books, type StripeEvent } from "./stripe/objects.ts";
import { checkoutPage, dashboardPage } from "./stripe/pages.ts";

/** A server that speaks as much of Stripe's API as a shop needs, keeps its own books, has a page to pay at, and sends signed notifications. */

export const TEST_KEY = "sk_test_0123456789abcdef";
export const TEST_WEBHOOK_SECRET = "whsec_0123456789abcdef0123456789abcdef";

/** Goes wrong the given number of times, before or after the call has been done. `status` 0 = the connection is cut. */
export type Fault = { method: string; path: RegExp; when: "before" | "after"; status: number; times: number };

export interface StripeServer {
  readonly url: string;
  readonly books: Books;
  readonly acts: Acts;
  readonly hooks: Hooks;
  readonly faults: Fault[];
  /** `POST /v1/refunds` … in order. */
  readonly calls: string[];
  /** Added to the clock, in seconds. */
  clockOffset: number;
  /** Sends an event (again), by another plan if one is given. */
  send(event: StripeEvent, plan?: readonly Sending[]): Promise<void>;
  /** The newest event of a type. */
  last(type: string): StripeEvent;
  /** Resolves when nothing is under way to the shop. */
  settled(): Promise<void>;
  stop(): Promise<void>;
}

export type StripeServerOptions = Readonly<{ port?: number; key?: string; webhookUrl?: string; webhookSecret?: string }>;

type Kept = Readonly<{ params: string; answer: ApiAnswer }>;

export async function startStripeServer(options: StripeServerOptions = {}): Promise<StripeServer> {
  const key = options.key ?? TEST_KEY;
  const books = emptyBooks();
  const hooks = createHooks(options.webhookUrl, options.webhookSecret ?? TEST_WEBHOOK_SECRET);
  const faults: Fault[] = [];
  const calls: string[] = [];
  const kept = new Map<string, Kept>();
  const under = new Set<Promise<void>>();
  const stopping = new AbortController();
  const now = (): number => Math.floor(Date.now() / 1_000) + server.clockOffset;

  const send = (event: StripeEvent, plan?: readonly Sending[]): Promise<void> => {
    const sending = deliver(hooks, event, now, stopping.signal, plan);
    under.add(sending);
    void sending.finally(() => under.delete(sending));
    return sending;
  };
  const acts = createActs(books, now, (event) => void send(event));
  const api = createApi(books, acts, now, () => server.url);

  function answerApi(request: http.IncomingMessage, url: URL, body: string): ApiAnswer | "cut" {
    const { method = "GET", headers } = request;
    if (headers.authorization !== `Bearer ${key}`) return apiError(401, "invalid_request_error", "Invalid API Key provided.");
    if (headers["stripe-version"] === undefined) return apiError(400, "invalid_request_error", "There is no Stripe-Version.");
    calls.push(`${method} ${url.pathname}`);
    const idempotency = method === "POST" ? headers["idempotency-key"] : undefined;
    const before = typeof idempotency === "string" ? kept.get(idempotency) : undefined;
    if (before) {
      if (before.params === `${url.pathname} ${body}`) return before.answer;
      return apiError(400, "idempotency_error", "Keys for idempotent requests can only be used with the same parameters they were first used with.");
    }
    const fault = faults.find((each) => each.times > 0 && each.method === method && each.path.test(url.pathname));
    if (fault) fault.times -= 1;
    const wrong = fault && (fault.status === 0 ? "cut" : apiError(fault.status, "api_error", "The server stumbled."));
    if (fault?.when === "before") return wrong!;
    const answer = api(method, url.pathname, parseForm(url.search.slice(1)), parseForm(body));
    const said = fault ? wrong! : answer;
    // Stripe repeats what it first said to a key, an error of its own included; a cut connection does not change what it said.
    if (typeof idempotency === "string") kept.set(idempotency, { params: `${url.pathname} ${body}`, answer: said === "cut" ? answer : said });
    return said;
  }

  const listener = http.createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("end", () => {
      const url = new URL(request.url ?? "/", "http://stripe.test");
      const body = Buffer.concat(chunks).toString("utf8");
      if (url.pathname.startsWith("/v1/")) {
        const answer = answerApi(request, url, body);
        if (answer === "cut") return void request.socket.destroy();
        return void response.writeHead(answer.status, { "content-type": "application/json", "request-id": `req_${calls.length}` }).end(JSON.stringify(answer.body));
      }
      servePage(request.method ?? "GET", url, response);
    });
  });

  function servePage(method: string, url: URL, response: http.ServerResponse): void {
    const html = (text: string, status = 200): void => void response.writeHead(status, { "content-type": "text/html; charset=utf-8" }).end(text);
    const go = (to: string): void => void response.writeHead(303, { location: to }).end();
    const [, place, first = "", second] = url.pathname.split("/");
    try {
      if (method === "GET" && place === "pay") return html(checkoutPage(found(books.sessions, first), undefined));
      if (method === "GET" && place === "") return html(dashboardPage(books));
      if (method === "POST" && place === "pay") return atCheckout(first, second ?? "", html, go);
      if (method === "POST" && place === "do") return void (atDashboard(first, second ?? ""), go("/"));
      html("There is no such page.", 404);
    } catch (error) {
      html(error instanceof Error ? error.message : "error", 400);
    }
  }

  function atCheckout(id: string, act: string, html: (text: string) => void, go: (to: string) => void): void {
    const session = found(books.sessions, id);
    if (act === "cancel") return go(session.cancel_url);
    if (act === "decline") {
      acts.decline(id);
      return html(checkoutPage(session, "Your card was declined."));
    }
    if (act === "pay") acts.pay(id);
    else if (act === "later") acts.payLater(id);
    else if (act === "arrive" || act === "bounce") acts.settleLater(id, act === "arrive");
    else if (act === "expire") acts.expire(id);
    go(act === "pay" || act === "later" ? session.success_url : `/pay/${id}`);
  }

  function atDashboard(act: string, id: string): void {
    const amount = books.intents.get(id)?.amount ?? 0;
    if (act === "refund") acts.refund(id, amount);
    else if (act === "refund-half") acts.refund(id, Math.floor(amount / 2));
    else if (act === "refund-failed") acts.moveRefund(id, "failed");
    else if (act === "dispute" || act === "inquiry") acts.dispute(id, { inquiry: act === "inquiry" });
    else if (act === "won" || act === "lost") acts.moveDispute(id, act);
    else if (act === "again") void send(found(new Map(books.events.map((event) => [event.id, event])), id));
  }

  const server: StripeServer & { url: string } = {
    url: "", books, acts, hooks, faults, calls, clockOffset: 0, send,
    last(type) {
      const event = books.events.findLast((each) => each.type === type);
      if (!event) throw new Error(`there was no ${type}`);
      return event;
    },
    async settled() {
      while (under.size > 0) await Promise.all(under);
    },
    async stop() {
      stopping.abort();
      listener.closeAllConnections();
      await new Promise<void>((resolve) => listener.close(() => resolve()));
    },
  };
  await new Promise<void>((resolve, reject) => listener.once("error", reject).listen(options.port ?? 0, "127.0.0.1", resolve));
  server.url = `http://127.0.0.1:${(listener.address() as AddressInfo).port}`;
  return server;
}

// By hand: node tests/support/stripe-server.ts --port 12111 --webhook http://127.0.0.1:3000/api/webhooks/stripe
if (import.meta.main) {
  const { values } = parseArgs({ options: { port: { type: "string", default: "12111" }, webhook: { type: "string", default: "http://127.0.0.1:3000/api/webhooks/stripe" }, key: { type: "string", default: TEST_KEY }, secret: { type: "string", default: TEST_WEBHOOK_SECRET } } });
  const server = await startStripeServer({ port: Number(values.port), webhookUrl: values.webhook, key: values.key, webhookSecret: values.secret });
  console.log(`Payments can be tested at ${server.url}. Start the shop with\n  STRIPE_API_BASE=${server.url} STRIPE_SECRET_KEY=${values.key} STRIPE_WEBHOOK_SECRET=${values.secret} npm start`);
}
