import "server-only";
import { cookies } from "next/headers";
import { ensureSetupToken, MINUTE_MS, ownerExists } from "#accounts/index.ts";
import { shop } from "#app/shop.ts";
import { constantTimeEqual } from "#platform/crypto/compare.ts";
import { hmac } from "#platform/crypto/hash.ts";

/** Carries the right to make the shop owner from the printed link to the form, so that the token stands in no page. */
export const SETUP_COOKIE = "mm-setup";
/** Time enough for one form. */
export const SETUP_COOKIE_S = 15 * 60;

const TRIES = [{ most: 5, perMs: MINUTE_MS }] as const;

/** `over`: the shop has an owner, for ever. `busy`: too many tries this minute. */
export type SetupAnswer = "granted" | "wrong" | "over" | "busy";

/** Is this the one-time token of the first run? Compared in constant time, five tries a minute. */
export async function tryToken(given: string): Promise<SetupAnswer> {
  const { pool, env, clock, throttle } = await shop();
  const token = await ensureSetupToken(pool, { dataDir: env.dataDir, given: env.setupToken });
  if (token === undefined) return "over";
  if (throttle.take("setup", TRIES, clock.now()) > 0) return "busy";
  return constantTimeEqual(given, token) ? "granted" : "wrong";
}

/** What the cookie holds: until when, and a proof that we said so. */
export async function setupPass(): Promise<string> {
  const { keys, clock } = await shop();
  const until = String(clock.now() + SETUP_COOKIE_S * 1_000);
  return `${until}.${hmac(keys.keyPepper, `setup:${until}`).toString("base64url")}`;
}

/** May this browser make the shop owner? */
export async function maySetUp(): Promise<boolean> {
  const { pool, keys, clock } = await shop();
  const [until = "", proof = ""] = ((await cookies()).get(SETUP_COOKIE)?.value ?? "").split(".");
  if (!constantTimeEqual(proof, hmac(keys.keyPepper, `setup:${until}`).toString("base64url"))) return false;
  return Number(until) > clock.now() && !(await ownerExists(pool));
}
