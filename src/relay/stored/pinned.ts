import { RelayError } from "#relay/errors.ts";
import type { Plan } from "#relay/plan.ts";
import type { Offer } from "#relay/routing/candidates.ts";
import type { VendorPin } from "#relay/stored/response-store.ts";
import type { Channel, ChannelKey, Snapshot } from "#snapshot/snapshot.ts";

const PARAM = "previous_response_id";

export const notKept = (): RelayError =>
  new RelayError("previous_response_not_found", `The response that '${PARAM}' names was not found. Send the whole conversation as 'input'.`, { param: PARAM });

/** The channel and the key that a response was made with; undefined when either is gone: no other knows of it. */
export function keeperOf({ channels }: Snapshot, { channelId, keyId }: VendorPin): Readonly<{ channel: Channel; key?: ChannelKey }> | undefined {
  const channel = channels.get(channelId);
  if (!channel?.active) return undefined;
  if (keyId === undefined) return channel.keys.length === 0 ? { channel } : undefined;
  const key = channel.keys.find(({ id, active }) => id === keyId && active);
  return key && { channel, key };
}

/**
 * The plan of a turn that one channel alone can go on with, in the words in which it began. A caller's groups are looked
 * through in their order.
 * @throws RelayError previous_response_not_found when the channel does not serve the model to this caller any more
 */
export function pinnedPlan(plans: Iterable<Plan>, { channelId }: VendorPin): Plan {
  for (const plan of plans) {
    const offers = plan.offers.filter(({ route }) => route.channel.id === channelId).flatMap(inOwnWords);
    // Nobody else's request may stand in for it where it has to wait.
    if (offers.length > 0) return { ...plan, offers, picky: true };
  }
  throw notKept();
}

function inOwnWords(offer: Offer): readonly Offer[] {
  const at = offer.endpoints.findIndex(({ dialect }) => dialect === "openai-responses");
  return at < 0 ? [] : [{ ...offer, endpoints: [offer.endpoints[at]!], circuits: [offer.circuits[at]!] }];
}

/** A response under our name: the vendor's own names of it, of the one before it and of the model are no customer's. */
export const inOurWords = <Told extends object>({ settings }: Snapshot, told: Told, id: string, { model, previousId }: VendorPin): Told =>
  ({ ...told, id, ...(settings.modelEcho === "public" && { model }), previous_response_id: previousId ?? null });
