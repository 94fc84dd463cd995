import "server-only";
import { cache } from "react";
import { findOffer, listOffers, type Offer, type OfferPrice } from "#catalog/storefront.store.ts";
import { currentUser } from "#app/session.ts";
import { shop } from "#app/shop.ts";
import { regularPrices } from "#ui/storefront/price-rows.ts";

/** A model on sale as the viewer sees it. */
export type ShownOffer = Offer & Readonly<{ price: OfferPrice; prices: Readonly<Record<string, bigint>> }>;

/** His own price where the viewer has one, else the list's. */
const shown = (offer: Offer): ShownOffer => {
  const price = offer.own ?? offer.list;
  return { ...offer, price, prices: regularPrices(price) };
};

/** What anybody sees, signed in or not: for feeds, the site map and the public price list. */
export const publicOffers = cache(async (): Promise<readonly ShownOffer[]> => (await listOffers((await shop()).pool)).map(shown));

/** Read from the database at each request: a page never shows a price that is no longer charged. */
export const shownOffers = cache(async (): Promise<readonly ShownOffer[]> => {
  const user = await currentUser();
  return user ? (await listOffers((await shop()).pool, user.id)).map(shown) : publicOffers();
});

export const shownOffer = cache(async (name: string): Promise<ShownOffer | undefined> => {
  const offer = await findOffer((await shop()).pool, name, (await currentUser())?.id);
  return offer && shown(offer);
});
