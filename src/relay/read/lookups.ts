export type KeyUsage = Readonly<{
  totalNano: bigint; dayNano: bigint; weekNano: bigint; monthNano: bigint;
  budgetNano: Readonly<Partial<Record<"day" | "week" | "month" | "total", bigint>>>;
}>;

/** What the relay asks the ledger for; answered by whoever owns the tables. */
export interface RelayLookups {
  /** Everything ever credited to a wallet, everything used, and what is left, in nano-USD. */
  credits(walletId: string): Promise<Readonly<{ totalCreditsNano: bigint; totalUsageNano: bigint; balanceNano: bigint }>>;
  /** What one key has used: in all, since the day, week and month began in its owner's time zone, and of each of its budgets. */
  keyUsage(key: Readonly<{ keyId: string; walletId: string; timeZone: string }>): Promise<KeyUsage>;
  /** What was charged to a wallet, or through one key of it, from `from` until before `to`. */
  chargedBetween(of: Readonly<{ walletId: string; keyId?: string }>, from: Date, to: Date): Promise<bigint>;
  /**
   * The receipt of one request as its owner may see it: the `data` of the answer, ready for JSON.
   * @returns undefined when this user has no such request, or it is not settled yet
   */
  generation(requestId: string, userId: string): Promise<object | undefined>;
}
