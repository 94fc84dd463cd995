/** An answer as its sender got it. */
export type KeptReply = Readonly<{ status: number; headers: Readonly<Record<string, string>>; body: Buffer }>;

/** `scope` = 32 bytes of address and key, `id` = UUID of the request. */
export type ReplyClaim = Readonly<{ userId: string; scope: Buffer; bodyHash: Buffer; id: string }>;

/** Whose the key is: this request's, another's that runs, another body's, or one's that was answered under `id`. */
export type ClaimResult = Readonly<
  | { state: "claimed" } | { state: "running" } | { state: "conflict" }
  | { state: "done"; id: string; reply?: KeptReply }
>;

/** Where answers to requests with an idempotency key are kept, for all nodes; answered by whoever owns the table. */
export interface ReplyStore {
  claim(claim: ReplyClaim): Promise<ClaimResult>;
  /** The request still runs: to be said more often than once a minute. */
  renew(id: string): Promise<void>;
  /** It was answered, and charged for what it cost. Without a reply it cannot be repeated, only not be done again. */
  keep(id: string, reply: KeptReply | undefined): Promise<void>;
  /** It gave nothing and cost nothing. */
  free(id: string): Promise<void>;
}
