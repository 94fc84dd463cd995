/** The purse of a wallet that an account stands for. */
export type Bucket = "paid" | "lots" | "frozen" | "debt";
/** Where credit can be put. */
export type CreditBucket = "paid" | "lots";

/** Accounts of the shop's own books. */
const SYSTEM_CLASS = {
  "bank": "asset",
  "refunds:pending": "liability",
  "tax:payable": "liability",
  "equity:opening": "equity",
  "revenue:usage": "revenue",
  "revenue:fee": "revenue",
  "revenue:breakage": "revenue",
  "expense:promo": "expense",
  "expense:referral": "expense",
  "expense:goodwill": "expense",
  "expense:discount": "expense",
  "expense:upstream": "expense",
  "expense:psp_fee": "expense",
  "expense:dispute": "expense",
  "expense:bad_debt": "expense",
  "expense:fx": "expense",
} as const;

export type AccountClass = "asset" | "liability" | "equity" | "revenue" | "expense";

/** Name of an account; unique in the database. Assets and expenses grow by debit, the others by credit. */
export type AccountCode =
  | keyof typeof SYSTEM_CLASS
  | `wallet:${string}:${Bucket}`
  | `psp:${string}:clearing`
  | `psp:${string}:disputed`
  | `suspense:${string}`
  | `upstream:${string}:accrued`;

export type Account = Readonly<{ code: AccountCode; class: AccountClass; walletId?: string; bucket?: Bucket }>;

export const walletAccount = (walletId: string, bucket: Bucket): AccountCode => `wallet:${walletId}:${bucket}`;

/** Class, wallet and bucket as the code says them. A wallet's debt is the shop's asset, its other buckets liabilities. */
export function describeAccount(code: AccountCode): Account {
  const own = Object.hasOwn(SYSTEM_CLASS, code) ? SYSTEM_CLASS[code as keyof typeof SYSTEM_CLASS] : undefined;
  if (own) return { code, class: own };
  const [kind, name, part] = code.split(":");
  if (kind === "wallet") return { code, class: part === "debt" ? "asset" : "liability", walletId: name!, bucket: part as Bucket };
  return { code, class: kind === "psp" ? "asset" : "liability" };
}
