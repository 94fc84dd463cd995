import type { Offer } from "#relay/routing/candidates.ts";
import type { Caller, KeyDirectory } from "#snapshot/snapshot.ts";

/** A key, and the number of a channel after it. */
const PINNED = /^(.+)-(\d{1,9})$/;

/**
 * The caller behind what was presented as a key: the key itself, or one that names its channel, where its owner may.
 * Only what is no key by itself is read the second way, so warm keys never pay for it.
 */
export function lookUpCaller(keys: Pick<KeyDirectory, "lookup">, presented: string, head?: object): Caller | undefined | Promise<Caller | undefined> {
  const found = keys.lookup(presented, head);
  if (found !== undefined && !(found instanceof Promise)) return found;
  const [, secret, number] = PINNED.exec(presented) ?? [];
  if (secret === undefined) return found;
  return lookUpPinned(keys, found, secret, Number(number));
}

async function lookUpPinned(keys: Pick<KeyDirectory, "lookup">, found: Promise<Caller | undefined> | undefined, secret: string, channelNumber: number): Promise<Caller | undefined> {
  const itself = await found;
  if (itself) return itself;
  const caller = await keys.lookup(secret);
  return caller && pinned(caller, channelNumber);
}

/** The caller with the channel that he names; undefined where he may name none. */
export const pinned = (caller: Caller, channelNumber: number): Caller | undefined =>
  caller.scopes?.includes("channel:pin") ? { ...caller, channelNumber } : undefined;

/** Of those who could answer, those whom the caller has chosen: all, if he has not. */
export const pinnedTo = ({ channelNumber }: Caller, offers: readonly Offer[]): readonly Offer[] =>
  channelNumber === undefined ? offers : offers.filter(({ route }) => route.channel.number === channelNumber);
