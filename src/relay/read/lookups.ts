/** What the relay asks the ledger for; answered by whoever owns the tables. */
export interface RelayLookups {
  /** Everything ever credited to a wallet, everything used, and what is left, in nano-USD. */
  credits(walletId: string): Promise<Readonly<{ totalCreditsNano: bigint; totalUsageNano: bigint; balanceNano: bigint }>>;
  /**
   * The receipt of one request as its owner may see it: the `data` of the answer, ready for JSON.
   * @returns undefined when this user has no such request, or it is not settled yet
   */
  generation(requestId: string, userId: string): Promise<object | undefined>;
}
