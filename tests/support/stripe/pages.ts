import type { Books, Session } from "./objects.ts";

const escape = (text: string): string => text.replace(/[&<>"']/g, (letter) => `&#${letter.charCodeAt(0)};`);

const page = (title: string, body: string): string => `<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><link rel="icon" href="data:,">
<title>${escape(title)}</title><style>
body{font:16px/1.5 system-ui,sans-serif;max-width:44rem;margin:3rem auto;padding:0 1rem;color:#1a1f36}
form{display:inline}button{font:inherit;padding:.6rem 1rem;margin:.25rem .25rem .25rem 0;border:1px solid #c1c9d2;border-radius:6px;background:#fff;cursor:pointer}
button.main{background:#0a2540;color:#fff;border-color:#0a2540}table{border-collapse:collapse;width:100%}td,th{text-align:left;padding:.4rem .6rem;border-bottom:1px solid #e3e8ee;vertical-align:top}
.bad{color:#b3093c}.note{color:#697386}</style></head><body>${body}</body></html>`;

const button = (action: string, label: string, main = false): string => `<form method="post" action="${escape(action)}"><button${main ? ' class="main"' : ""}>${escape(label)}</button></form>`;

const money = (amount: number, currency: string): string => `${(amount / 100).toFixed(2)} ${currency.toUpperCase()}`;

/** The hosted page where a buyer pays, with every way that it can go. */
export function checkoutPage(session: Session, error: string | undefined): string {
  const lines = session.lines.map(({ name, amount }) => `<tr><td>${escape(name)}</td><td>${money(amount, session.currency)}</td></tr>`).join("");
  const at = `/pay/${session.id}`;
  const head = `<p class="note">Test checkout. No money moves.</p><h1>${money(session.amount_total, session.currency)}</h1><table>${lines}</table>`;
  if (session.status === "open") {
    return page("Checkout", `${head}${error === undefined ? "" : `<p role="alert" class="bad">${escape(error)}</p>`}<p>
      ${button(`${at}/pay`, "Pay", true)}${button(`${at}/later`, "Pay later (bank debit)")}${button(`${at}/decline`, "Pay with a declined card")}
      ${button(`${at}/cancel`, "Back to the shop")}${button(`${at}/expire`, "Let it expire")}</p>`);
  }
  const settle = session.status === "complete" && session.payment_status === "unpaid" ? `<p>${button(`${at}/arrive`, "The bank pays", true)}${button(`${at}/bounce`, "The bank refuses")}</p>` : "";
  return page("Checkout", `${head}<p>This session is ${session.status}, ${session.payment_status}.</p>${settle}`);
}

/** Everything there is, for use by hand: what a dashboard would show. */
export function dashboardPage(books: Books): string {
  const rows = [...books.sessions.values()].reverse().map((session) => {
    const intent = session.payment_intent === null ? undefined : books.intents.get(session.payment_intent);
    const refunds = [...books.refunds.values()].filter(({ payment_intent }) => payment_intent === intent?.id);
    const disputes = [...books.disputes.values()].filter(({ payment_intent }) => payment_intent === intent?.id);
    const paid = intent?.status === "succeeded"
      ? `${button(`/do/refund/${intent.id}`, "Refund all")}${button(`/do/refund-half/${intent.id}`, "Refund half")}${button(`/do/dispute/${intent.id}`, "Open dispute")}${button(`/do/inquiry/${intent.id}`, "Open inquiry")}` : "";
    const more = [
      ...refunds.map(({ id, amount, status }) => `refund ${money(amount, session.currency)} ${status}${button(`/do/refund-failed/${id}`, "It fails")}`),
      ...disputes.map(({ id, status }) => `dispute ${status}${button(`/do/won/${id}`, "Won")}${button(`/do/lost/${id}`, "Lost")}`),
    ].join("<br>");
    return `<tr><td><a href="/pay/${session.id}">${session.id}</a><br><span class="note">${escape(session.client_reference_id ?? "")}</span></td><td>${money(session.amount_total, session.currency)}</td>
      <td>${session.status}<br>${session.payment_status}</td><td>${paid}<br>${more}</td></tr>`;
  });
  return page("Dashboard", `<h1>Test payments</h1><table><tr><th>Session</th><th>Amount</th><th>State</th><th></th></tr>${rows.join("")}</table>
    <h2>Events</h2><ul>${books.events.slice(-30).reverse().map(({ id, type }) => `<li>${type} ${button(`/do/again/${id}`, "Send again")}</li>`).join("")}</ul>`);
}
