/** Decimal text of an amount with its currency's sign, where the language puts it: `$21.00`, `US$21.00`, `¥3,028`. Never through a float. */
export function formatPay(text: string, currency: string, locale: string): string {
  const negative = text.startsWith("-");
  const [whole = "0", fraction] = text.replace("-", "").split(".");
  const grouped = whole.replace(/\B(?=(\d{3})+$)/g, ",");
  const number = fraction === undefined ? grouped : `${grouped}.${fraction}`;
  const parts = new Intl.NumberFormat(locale, { style: "currency", currency, currencyDisplay: currency === "USD" ? "narrowSymbol" : "symbol", maximumFractionDigits: 0 }).formatToParts(1);
  return (negative ? "\u2212" : "") + parts.map(({ type, value }) => (type === "integer" ? number : value)).join("");
}
