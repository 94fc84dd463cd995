/** Providers whose mailboxes ignore dots. */
const DOTLESS = new Set(["gmail.com", "googlemail.com"]);

/**
 * The mailbox behind an address, for the one question whether it has had its gift: without a plus part, without dots
 * where the provider ignores them. Accounts themselves keep the address as typed.
 */
export function mailboxOf(email: string): string {
  const at = email.lastIndexOf("@");
  const domain = email.slice(at + 1).toLowerCase();
  const local = email.slice(0, at).toLowerCase().replace(/\+.*$/, "");
  return `${DOTLESS.has(domain) ? local.replaceAll(".", "") : local}@${domain === "googlemail.com" ? "gmail.com" : domain}`;
}

/** How long welcome credit lasts. */
export const GIFT_LIFE_MS = 30 * 86_400_000;
