/** An answer as its owner got it, and all that was said before it. Both are JSON. */
export type StoredResponse = Readonly<{ response: Readonly<Record<string, unknown>>; input: readonly unknown[] }>;

/** Where an answer is that its vendor keeps. */
export type VendorPin = Readonly<{
  channelId: string;
  /** Absent where the vendor needs none. */
  keyId?: string;
  upstreamId: string;
  /** The shop's name of the model that answered. */
  model: string;
  /** Our id of the answer before it. */
  previousId?: string;
  /** It was made in the background, or is being made: it is charged when it has ended. */
  background?: boolean;
}>;
export type PinnedResponse = Readonly<{ pin: VendorPin }>;

/** Where answers are kept that customers may look up and go on from; answered by whoever owns the table. */
export interface ResponseStore {
  /** @returns undefined when this user has no such response */
  find(responseId: string, userId: string): Promise<StoredResponse | PinnedResponse | undefined>;
  /** Items of this user's responses by their ids. */
  findItems(itemIds: readonly string[], userId: string): Promise<ReadonlyMap<string, unknown>>;
  /** @returns false when it is too large to be kept */
  save(requestId: string, userId: string, stored: StoredResponse): Promise<boolean>;
  /** Keeps no more than where it is. */
  savePin(requestId: string, userId: string, responseId: string, pin: VendorPin): Promise<void>;
  remove(responseId: string, userId: string): Promise<boolean>;
}
