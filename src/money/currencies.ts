/** A currency that customers can pay in. */
export type PayCurrency = Readonly<{
  code: string;
  /** Decimals of its smallest unit: 2 for cents, 0 for yen. */
  exponent: number;
  /** Amounts in the smallest unit must be multiples of this for card networks. */
  multiple: bigint;
  /** The least that a card payment may be, in the smallest unit. */
  minimum: bigint;
}>;

const NO_DECIMALS = ["BIF", "CLP", "DJF", "GNF", "JPY", "KMF", "KRW", "MGA", "PYG", "RWF", "VND", "VUV", "XAF", "XOF", "XPF"];
const THREE_DECIMALS = ["BHD", "JOD", "KWD", "OMR", "TND"];
/** Two decimals on paper, none in a payment: the last two digits must be zero. */
const WHOLE_ONLY = ["HUF", "ISK", "TWD", "UGX"];
const TWO_DECIMALS = [
  "USD", "EUR", "GBP", "CNY", "HKD", "SGD", "AUD", "NZD", "CAD", "CHF", "SEK", "NOK", "DKK", "PLN", "CZK", "RON", "BGN", "TRY", "ILS", "AED", "SAR",
  "INR", "IDR", "MYR", "PHP", "THB", "BRL", "MXN", "ARS", "COP", "PEN", "ZAR", "NGN", "KES", "EGP", "PKR", "BDT", "UAH", "KZT",
];

/** In the smallest unit. What is not listed: 50 of a unit with decimals, 50 without. */
const MINIMUM: Readonly<Record<string, bigint>> = {
  USD: 50n, EUR: 50n, GBP: 30n, CNY: 400n, HKD: 400n, SGD: 50n, AUD: 50n, NZD: 50n, CAD: 50n, CHF: 50n, SEK: 300n, NOK: 300n, DKK: 250n, PLN: 200n,
  CZK: 1500n, HUF: 17500n, RON: 200n, BGN: 100n, AED: 200n, INR: 5000n, MYR: 200n, THB: 1000n, BRL: 50n, MXN: 1000n, JPY: 50n, KRW: 1000n, VND: 20000n,
  TWD: 2000n, ISK: 10000n, UGX: 300000n,
};

const entry = (code: string): PayCurrency => ({
  code,
  exponent: NO_DECIMALS.includes(code) ? 0 : THREE_DECIMALS.includes(code) ? 3 : 2,
  multiple: THREE_DECIMALS.includes(code) ? 10n : WHOLE_ONLY.includes(code) ? 100n : 1n,
  minimum: MINIMUM[code] ?? (THREE_DECIMALS.includes(code) ? 500n : WHOLE_ONLY.includes(code) ? 5000n : 50n),
});

/** Every currency that the shop can ask for, by code. */
export const PAY_CURRENCIES: ReadonlyMap<string, PayCurrency> =
  new Map([...TWO_DECIMALS, ...NO_DECIMALS, ...THREE_DECIMALS, ...WHOLE_ONLY].map((code) => [code, entry(code)]));

/** @throws RangeError for a currency that the shop does not know */
export function payCurrency(code: string): PayCurrency {
  const found = PAY_CURRENCIES.get(code.toUpperCase());
  if (!found) throw new RangeError(`the currency ${code} is not known`);
  return found;
}

/** An amount in the smallest unit as decimal text: `2100` of USD is `21.00`. */
export function minorText(amount: bigint, code: string): string {
  const { exponent } = payCurrency(code);
  const digits = (amount < 0n ? -amount : amount).toString().padStart(exponent + 1, "0");
  const text = exponent === 0 ? digits : `${digits.slice(0, -exponent)}.${digits.slice(-exponent)}`;
  return amount < 0n ? `-${text}` : text;
}
