import { minorText } from "#money/currencies.ts";
import type { Order } from "#payments/orders.store.ts";
import type { Queryable } from "#platform/db/queryable.ts";
import { uuidv7 } from "#platform/ids.ts";

/** Everything that a document says, kept as it was issued. Amounts are decimal text in `currency`. */
export type InvoiceDocument = Readonly<{
  number: string;
  kind: "invoice" | "credit_note";
  issuedAt: string;
  shop: Readonly<{ name: string; url: string | null }>;
  customer: Readonly<{ email: string; name: string | null }>;
  order: string;
  /** Of a credit note: the invoice that it takes back. */
  of?: string;
  currency: string;
  /** Millionths of the currency per USD. */
  rate: string;
  creditNano: string;
  lines: readonly Readonly<{ what: "credit" | "discount" | "fee" | "tax" | "refund"; amount: string }>[];
  total: string;
  method?: string;
  reason?: string;
}>;

export type InvoiceRow = Readonly<{ id: string; number: string; orderId: string | null; userId: string; document: InvoiceDocument; issuedAt: Date }>;

const LOCK = "mm:invoices:";

/** The receipt of a paid order. @returns its number */
export async function issueInvoice(tx: Queryable, order: Order, paid: Readonly<{ taxMinor: bigint; method?: string }>): Promise<string> {
  const text = (amount: bigint): string => minorText(amount, order.currency);
  const lines: InvoiceDocument["lines"][number][] = [{ what: "credit", amount: text(order.subtotalMinor) }];
  if (order.discountMinor > 0n) lines.push({ what: "discount", amount: text(-order.discountMinor) });
  if (order.feeMinor > 0n) lines.push({ what: "fee", amount: text(order.feeMinor) });
  if (paid.taxMinor > 0n) lines.push({ what: "tax", amount: text(paid.taxMinor) });
  return issue(tx, order, {
    kind: "invoice", lines, total: text(order.payMinor + paid.taxMinor), creditNano: order.creditNano.toString(), ...(paid.method !== undefined && { method: paid.method }),
  });
}

/** The document of a refund. @returns its number */
export async function issueCreditNote(tx: Queryable, order: Order, refund: Readonly<{ id: string; amountMinor: bigint; creditNano: bigint; reason: string }>): Promise<string | undefined> {
  const { rows: [invoice] } = await tx.query<{ id: string; number: string }>("SELECT id, doc->>'number' AS number FROM invoices WHERE order_id = $1 AND kind = 'invoice'", [order.id]);
  const { rowCount } = await tx.query("SELECT 1 FROM invoices WHERE refund_id = $1", [refund.id]);
  if (!invoice || rowCount) return undefined;
  const amount = minorText(-refund.amountMinor, order.currency);
  return issue(tx, order, {
    kind: "credit_note", lines: [{ what: "refund", amount }], total: amount, creditNano: (-refund.creditNano).toString(), of: invoice.number, reason: refund.reason,
  }, { refundId: refund.id, parentId: invoice.id });
}

type Content = Pick<InvoiceDocument, "kind" | "lines" | "total" | "creditNano" | "of" | "reason" | "method">;

/** Numbers are taken under a lock that ends with the transaction, so a number that was taken is issued: there is no gap. */
async function issue(tx: Queryable, order: Order, content: Content, refund?: Readonly<{ refundId: string; parentId: string }>): Promise<string> {
  const { rows: [year] } = await tx.query<{ year: string; now: Date }>("SELECT to_char(now(), 'YYYY') AS year, now() AS now");
  const series = `${content.kind === "invoice" ? "INV" : "CN"}-${year!.year}`;
  await tx.query("SELECT pg_advisory_xact_lock(hashtextextended($1, 0))", [LOCK + series]);
  const { rows: [next] } = await tx.query<{ n: bigint }>("SELECT coalesce(max(number), 0) + 1 AS n FROM invoices WHERE series = $1", [series]);
  const number = `${series}-${next!.n.toString().padStart(6, "0")}`;
  const { rows: [facts] } = await tx.query<{ name: string | null; shop: string | null; url: string | null }>(
    `SELECT u.name, (SELECT value #>> '{}' FROM settings WHERE key = 'shop.name') AS shop, (SELECT value #>> '{}' FROM settings WHERE key = 'shop.url') AS url FROM users u WHERE u.id = $1`, [order.userId]);
  const document: InvoiceDocument = {
    ...content, number, issuedAt: year!.now.toISOString(), shop: { name: facts?.shop ?? "Modelmart", url: facts?.url ?? null },
    customer: { email: order.email, name: facts?.name ?? null }, order: order.number, currency: order.currency, rate: order.rate.toString(),
  };
  await tx.query(
    "INSERT INTO invoices (id, series, number, kind, order_id, refund_id, parent_id, doc) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
    [uuidv7(), series, next!.n, content.kind, refund ? null : order.id, refund?.refundId ?? null, refund?.parentId ?? null, JSON.stringify(document)]);
  return number;
}

/** A document by its number, with whose it is. */
export async function findInvoice(db: Queryable, number: string): Promise<InvoiceRow | undefined> {
  const { rows } = await db.query<InvoiceRow>(
    `SELECT i.id, i.doc->>'number' AS number, o.id AS "orderId", o.user_id AS "userId", i.doc AS document, i.issued_at AS "issuedAt"
       FROM invoices i LEFT JOIN refunds r ON r.id = i.refund_id LEFT JOIN payments p ON p.id = r.payment_id JOIN orders o ON o.id = coalesce(i.order_id, p.order_id)
      WHERE i.series = $1 AND i.number = $2`, splitNumber(number));
  return rows[0];
}

const splitNumber = (number: string): [string, string] => {
  const match = /^((?:INV|CN)-\d{4})-(\d{6,12})$/.exec(number);
  return match ? [match[1]!, match[2]!] : ["", "0"];
};
