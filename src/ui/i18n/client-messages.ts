import type { AbstractIntlMessages } from "next-intl";

/** Which texts the browser gets: those of the kit alone, or all that an area's screens may say. */
export type MessageScope = "kit" | "console" | "admin";

const KIT = new Set(["common", "kit", "data"]);
const STOREFRONT = /^(?:landing|storefront)/;
const ADMIN = /^(?:admin|audit|channels|dashboard|groups|health|ledger|models-admin|prices|requests-admin|settings-admin|users)/;

/** The pages of one area do not carry the texts of the others. */
export function messagesFor(scope: MessageScope, all: AbstractIntlMessages): AbstractIntlMessages {
  const wanted = (screen: string): boolean =>
    scope === "kit" ? KIT.has(screen) : !STOREFRONT.test(screen) && (scope === "admin" || !ADMIN.test(screen));
  return Object.fromEntries(Object.entries(all).filter(([screen]) => wanted(screen)));
}
