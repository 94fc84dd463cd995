import { createHmac } from "node:crypto";

/** What a customer's server checks by that a call is ours. One for each user, the same for ever. @param root a key of the shop's that outlives a change of its master secret */
export const hookSecret = (root: Buffer, userId: string): string => `whsec_${createHmac("sha256", root).update(`task-hooks|${userId}`).digest("base64url")}`;

/** `t=1700000000,v1=…`: the HMAC-SHA256 of time, dot and body, in hex. */
export function signHook(secret: string, body: Buffer, nowMs: number): string {
  const at = Math.floor(nowMs / 1_000);
  return `t=${at},v1=${createHmac("sha256", secret).update(`${at}.`).update(body).digest("hex")}`;
}
