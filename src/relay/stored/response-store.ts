/** An answer as its owner got it, and all that was said before it. Both are JSON. */
export type StoredResponse = Readonly<{ response: Readonly<Record<string, unknown>>; input: readonly unknown[] }>;

/** Where answers are kept that customers may look up and go on from; answered by whoever owns the table. */
export interface ResponseStore {
  /** @returns undefined when this user has no such response */
  find(responseId: string, userId: string): Promise<StoredResponse | undefined>;
  /** Items of this user's responses by their ids. */
  findItems(itemIds: readonly string[], userId: string): Promise<ReadonlyMap<string, unknown>>;
  /** @returns false when it is too large to be kept */
  save(requestId: string, userId: string, stored: StoredResponse): Promise<boolean>;
  remove(responseId: string, userId: string): Promise<boolean>;
}
