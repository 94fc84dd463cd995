/** Decimal text of an amount with its currency's sign, where the language puts it: `$21.00`, `US$21.00`, `¥3,028`. Never through a float. */
export function formatPay(text: string, currency: string, locale: string): string {
  const negative = text.startsWith("-");
  const [whole = "0", fraction] = text.replace("-", "").split(".");
  const grouped = whole.replace(/\B(?=(\d{3})+$)/g, ",");
  const number = fraction === undefined ? grouped : `${grouped}.${fraction}`;
  const parts = new Intl.NumberFormat(locale, { style: "currency", currency, currencyDisplay: currency === "USD" ? "narrowSymbol" : "symbol", maximumFractionDigits: 0 }).formatToParts(1);
  return (negative ? "\u2212" : "") + parts.map(({ type, value }) => (type === "integer" ? number : value)).join("");
}

/** An amount in the smallest unit as decimal text, with as many decimals as another amount of the same currency. */
export function minorText(minor: bigint, like: string): string {
  const decimals = like.split(".")[1]?.length ?? 0;
  const digits = minor.toString().padStart(decimals + 1, "0");
  return decimals === 0 ? digits : `${digits.slice(0, -decimals)}.${digits.slice(-decimals)}`;
}
