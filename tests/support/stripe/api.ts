import type { Acts } from "./acts.ts";
import { found } from "./acts.ts";
import { text, texts, whole, type Form } from "./form.ts";
import { newId, type Books, type Session } from "./objects.ts";

export type ApiAnswer = Readonly<{ status: number; body: object }>;

/** An error as the API words it. */
export const apiError = (status: number, type: string, message: string): ApiAnswer => ({ status, body: { error: { type, message } } });

/** The calls of the API that a shop makes. */
export function createApi(books: Books, acts: Acts, now: () => number, baseUrl: () => string): (method: string, path: string, query: Form, body: Form) => ApiAnswer {
  const routes: readonly (readonly [string, RegExp, (ids: string[], form: Form) => object])[] = [
    ["POST", /^\/v1\/customers$/, (_, form) => {
      const made = { id: newId("cus"), object: "customer" as const, email: text(form, "email") ?? null, metadata: texts(form, "metadata"), livemode: false, created: now() };
      books.customers.set(made.id, made);
      return made;
    }],
    ["GET", /^\/v1\/customers\/(\w+)$/, ([id]) => found(books.customers, id!)],
    ["POST", /^\/v1\/checkout\/sessions$/, (_, form) => makeSession(form)],
    ["GET", /^\/v1\/checkout\/sessions$/, (_, form) => page([...books.sessions.values()].filter(within(form)), form, shown)],
    ["GET", /^\/v1\/checkout\/sessions\/(\w+)$/, ([id], form) => shown(found(books.sessions, id!), form)],
    ["POST", /^\/v1\/checkout\/sessions\/(\w+)\/expire$/, ([id], form) => {
      acts.expire(id!);
      return shown(found(books.sessions, id!), form);
    }],
    ["GET", /^\/v1\/payment_intents\/(\w+)$/, ([id]) => found(books.intents, id!)],
    ["GET", /^\/v1\/charges\/(\w+)$/, ([id]) => found(books.charges, id!)],
    ["POST", /^\/v1\/refunds$/, (_, form) => found(books.refunds, acts.refund(need(form, "payment_intent"), whole(form, "amount") ?? 0, texts(form, "metadata")))],
    ["GET", /^\/v1\/refunds$/, (_, form) => page([...books.refunds.values()].filter(({ payment_intent }) => payment_intent === (text(form, "payment_intent") ?? payment_intent)), form)],
    ["GET", /^\/v1\/refunds\/(\w+)$/, ([id]) => found(books.refunds, id!)],
    ["GET", /^\/v1\/disputes$/, (_, form) => page([...books.disputes.values()], form)],
    ["GET", /^\/v1\/disputes\/(\w+)$/, ([id]) => found(books.disputes, id!)],
    ["GET", /^\/v1\/balance_transactions$/, (_, form) => page([...books.transactions.values()].filter(within(form)), form)],
    ["GET", /^\/v1\/events$/, (_, form) => page(books.events.filter(within(form)), form)],
    ["GET", /^\/v1\/events\/(\w+)$/, ([id]) => found(new Map(books.events.map((event) => [event.id, event])), id!)],
  ];

  function makeSession(form: Form): object {
    const items = (form.line_items ?? []) as Form[];
    const lines = items.map((item) => ({ name: need(item, "price_data", "product_data", "name"), amount: whole(item, "price_data", "unit_amount") ?? 0, quantity: whole(item, "quantity") ?? 1 }));
    const total = lines.reduce((sum, { amount, quantity }) => sum + amount * quantity, 0);
    if (lines.length === 0 || lines.some(({ amount }) => amount <= 0)) throw new RangeError("line_items must hold positive amounts.");
    if (form.payment_method_types !== undefined) throw new RangeError("Received unknown parameter: payment_method_types");
    const expires = whole(form, "expires_at") ?? now() + 86_400;
    if (expires < now() + 1_795 || expires > now() + 86_460) throw new RangeError("The `expires_at` timestamp must be between 30 minutes and 24 hours from Checkout Session creation.");
    const id = newId("cs");
    const made: Session = {
      id, object: "checkout.session", mode: need(form, "mode"), status: "open", payment_status: "unpaid", amount_subtotal: total, amount_total: total,
      currency: need(items[0]!, "price_data", "currency"), client_reference_id: text(form, "client_reference_id") ?? null, metadata: texts(form, "metadata"),
      intent_metadata: texts((form.payment_intent_data ?? {}) as Form, "metadata"), customer: text(form, "customer") ?? null, payment_intent: null,
      success_url: need(form, "success_url"), cancel_url: text(form, "cancel_url") ?? need(form, "success_url"), url: `${baseUrl()}/pay/${id}`, expires_at: expires, created: now(), livemode: false, lines,
    };
    if (made.customer !== null) found(books.customers, made.customer);
    books.sessions.set(id, made);
    return shown(made, form);
  }

  /** With what the call asked to be expanded. */
  function shown(session: Session, form: Form): object {
    const { intent_metadata: _meta, lines: _lines, ...open } = session;
    const wanted = Object.values((form.expand ?? {}) as Record<string, string>).join(" ");
    if (!wanted.includes("payment_intent") || session.payment_intent === null) return open;
    const intent = found(books.intents, session.payment_intent);
    const charge = intent.latest_charge === null ? undefined : books.charges.get(intent.latest_charge);
    const full = charge && { ...charge, balance_transaction: wanted.includes("balance_transaction") && charge.balance_transaction ? books.transactions.get(charge.balance_transaction) : charge.balance_transaction };
    return { ...open, payment_intent: { ...intent, latest_charge: wanted.includes("latest_charge") ? full ?? null : intent.latest_charge } };
  }

  return (method, path, query, body) => {
    const route = routes.find(([verb, pattern]) => verb === method && pattern.test(path));
    if (!route) return apiError(404, "invalid_request_error", `Unrecognized request URL (${method}: ${path}).`);
    try {
      return { status: 200, body: route[2]([...route[1].exec(path)!].slice(1), { ...query, ...body }) };
    } catch (error) {
      if (!(error instanceof RangeError)) throw error;
      return apiError(error.message.startsWith("No such") ? 404 : 400, "invalid_request_error", error.message);
    }
  };
}

const need = (form: Form, ...path: string[]): string => {
  const value = text(form, ...path);
  if (value === undefined) throw new RangeError(`Missing required param: ${path.join(".")}.`);
  return value;
};

const within = (form: Form) => ({ created }: { created: number }): boolean =>
  created >= (whole(form, "created", "gte") ?? 0) && created <= (whole(form, "created", "lte") ?? Number.MAX_SAFE_INTEGER);

/** Newest first, from after an id on. */
function page<T extends { id: string }>(rows: readonly T[], form: Form, show: (row: T, form: Form) => object = (row) => row): object {
  const newest = [...rows].reverse();
  const after = text(form, "starting_after");
  const from = after === undefined ? 0 : newest.findIndex(({ id }) => id === after) + 1;
  const limit = whole(form, "limit") ?? 10;
  return { object: "list", url: "", has_more: newest.length > from + limit, data: newest.slice(from, from + limit).map((row) => show(row, form)) };
}


