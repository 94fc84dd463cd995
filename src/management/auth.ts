import { BlockList, isIP } from "node:net";
import { findManagementToken, type ManagementToken } from "#accounts/index.ts";
import { ManagementError } from "#management/errors.ts";
import type { ManagementDeps } from "#management/route.ts";

/**
 * The token behind `Authorization: Bearer mm-admin-…`. Nothing else is taken here: no API key, no session cookie.
 *
 * @throws ManagementError unauthorized; the same for unknown, expired and switched-off tokens
 */
export async function authenticate(request: Request, { pool, keys }: ManagementDeps): Promise<ManagementToken> {
  const [, secret] = /^Bearer +(mm-admin-\S+)$/i.exec(request.headers.get("authorization")?.trim() ?? "") ?? [];
  const token = secret === undefined ? undefined : await findManagementToken(pool, keys.keyPepper, secret);
  if (!token) throw new ManagementError("unauthorized", "This needs a management token: Authorization: Bearer mm-admin-...");
  if (token.cidrs.length > 0 && !isAllowed(clientAddress(request), token.cidrs)) {
    throw new ManagementError("forbidden", "The token may not be used from this address.");
  }
  return token;
}

/** Set by the shop's own front, which drops it from what comes in. */
export const clientAddress = (request: Request): string | undefined => request.headers.get("x-mm-client-ip") ?? undefined;

function isAllowed(address: string | undefined, cidrs: readonly string[]): boolean {
  if (address === undefined || isIP(address) === 0) return false;
  const list = new BlockList();
  for (const cidr of cidrs) {
    const [base = "", bits] = cidr.split("/");
    const family = isIP(base) === 6 ? "ipv6" : "ipv4";
    list.addSubnet(base, bits === undefined ? (family === "ipv6" ? 128 : 32) : Number(bits), family);
  }
  return list.check(address, isIP(address) === 6 ? "ipv6" : "ipv4");
}
