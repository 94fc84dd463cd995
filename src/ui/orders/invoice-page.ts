import { formatDate, formatExact } from "#ui/format/index.ts";
import { formatPay } from "#ui/orders/format-pay.ts";

/** What an issued document says, as it is stored. */
export type InvoiceContent = Readonly<{
  number: string; kind: "invoice" | "credit_note"; issuedAt: string; shop: Readonly<{ name: string; url: string | null }>; customer: Readonly<{ email: string; name: string | null }>; order: string; of?: string;
  currency: string; rate: string; creditNano: string; lines: readonly Readonly<{ what: "credit" | "discount" | "fee" | "tax" | "refund"; amount: string }>[]; total: string; method?: string; reason?: string;
}>;

type Word = "invoice" | "credit_note" | "issued" | "to" | "order" | "of" | "method" | "description" | "amount" | "total" | "note" | "rate" | `line.${InvoiceContent["lines"][number]["what"]}`;
type Options = Readonly<{ locale: string; nonce: string; t: (key: Word, values?: Record<string, string>) => string }>;

const escape = (text: string): string => text.replace(/[&<>"']/g, (letter) => `&#${letter.charCodeAt(0)};`);

const STYLE = `:root{color-scheme:light}body{margin:0;background:#f3f4f6;color:#141821;font:14px/1.5 system-ui,-apple-system,"Segoe UI","PingFang SC","Microsoft YaHei",sans-serif}
main{box-sizing:border-box;max-width:720px;margin:32px auto;padding:48px;background:#fff;border:1px solid #e0e2e6;border-radius:10px}
h1{font-size:22px;margin:0}header{display:flex;justify-content:space-between;gap:24px;flex-wrap:wrap;margin-bottom:32px}.quiet{color:#646974}
dl{display:grid;grid-template-columns:auto 1fr;gap:2px 16px;margin:0}dt{color:#646974}dd{margin:0;overflow-wrap:anywhere}.two{display:grid;grid-template-columns:1fr 1fr;gap:32px;margin-bottom:32px}
table{width:100%;border-collapse:collapse;font-variant-numeric:tabular-nums}th{text-align:left;font-weight:500;color:#646974;font-size:12px}th,td{padding:10px 0;border-bottom:1px solid #e0e2e6}th:last-child,td:last-child{text-align:right;white-space:nowrap;padding-left:16px}
tfoot td{font-weight:600;font-size:16px;border:0}footer{margin-top:32px;font-size:12px;color:#646974}p{margin:0 0 4px}
@media(max-width:560px){main{margin:0;padding:24px;border:0;border-radius:0}.two{grid-template-columns:1fr;gap:16px}}@media print{body{background:#fff}main{margin:0;padding:0;border:0;max-width:none}}`;

/** A receipt or credit note as one self-contained page that prints on a sheet. */
export function invoicePage(document: InvoiceContent, { locale, nonce, t }: Options): string {
  const pay = (text: string): string => escape(formatPay(text, document.currency, locale));
  const credit = BigInt(document.creditNano);
  const fact = (label: string, value: string | undefined): string => (value === undefined ? "" : `<dt>${escape(label)}</dt><dd>${escape(value)}</dd>`);
  const lines = document.lines.map(({ what, amount }) => `<tr><td>${escape(t(`line.${what}`, { amount: formatExact(credit < 0n ? -credit : credit) }))}</td><td>${pay(amount)}</td></tr>`).join("");
  const kind = t(document.kind);
  const note = document.currency === "USD" ? t("note") : `${t("rate", { rate: rateText(document.rate), currency: document.currency })} ${t("note")}`;
  return `<!doctype html><html lang="${escape(locale)}"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><meta name="robots" content="noindex"><title>${escape(`${kind} ${document.number}`)}</title>
<style nonce="${escape(nonce)}">${STYLE}</style></head><body><main>
<header><div><h1>${escape(kind)}</h1><p class="quiet">${escape(document.number)}</p></div><p><strong>${escape(document.shop.name)}</strong>${document.shop.url ? `<br><span class="quiet">${escape(document.shop.url)}</span>` : ""}</p></header>
<div class="two"><div><p class="quiet">${escape(t("to"))}</p>${document.customer.name ? `<p>${escape(document.customer.name)}</p>` : ""}<p>${escape(document.customer.email)}</p></div>
<dl>${fact(t("issued"), formatDate(new Date(document.issuedAt), { timeZone: "UTC" }))}${fact(t("order"), document.order)}${fact(t("of"), document.of)}${fact(t("method"), document.method)}</dl></div>
<table><thead><tr><th scope="col">${escape(t("description"))}</th><th scope="col">${escape(t("amount"))}</th></tr></thead><tbody>${lines}</tbody>
<tfoot><tr><td>${escape(t("total"))}</td><td>${pay(document.total)} <span class="quiet">${escape(document.currency)}</span></td></tr></tfoot></table>
<footer>${escape(note)}</footer></main></body></html>`;
}

/** Millionths as decimal text. */
function rateText(millionths: string): string {
  const digits = millionths.padStart(7, "0");
  return `${digits.slice(0, -6)}.${digits.slice(-6)}`.replace(/\.?0+$/, "");
}
