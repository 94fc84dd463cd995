import { rm } from "node:fs/promises";
import path from "node:path";
import { z } from "zod";
import { createFirstOwner } from "#accounts/first-owner.store.ts";
import { isSetupToken } from "#app/setup-token.ts";
import { shop } from "#app/shop.ts";
import { hashPassword } from "#platform/crypto/hash.ts";
import { withTransaction } from "#platform/db/tx.ts";

export const dynamic = "force-dynamic";

/** Staff sit before other people's money: 14 characters at least. */
const form = z.strictObject({ token: z.string().max(200), email: z.email().max(254), password: z.string().min(14).max(128) });

/** Makes the shop owner. The token is the permission; JSON keeps other sites' forms out. */
export async function POST(request: Request): Promise<Response> {
  if (!request.headers.get("content-type")?.startsWith("application/json")) return answer(415, "json_only");
  const body = form.safeParse(await request.json().catch(() => undefined));
  if (!body.success) return answer(400, body.error.issues[0]?.path[0] === "password" ? "weak" : "invalid");
  const { token, email, password } = body.data;
  if (!(await isSetupToken(token))) return answer(404, "gone");
  const { pool, env, keys, clock } = await shop();
  const passwordHash = await hashPassword(keys, password);
  const ip = request.headers.get("x-mm-client-ip") ?? undefined;
  const result = await withTransaction(pool, (tx) => createFirstOwner(tx, { email, passwordHash, ip }, keys.auditKey, new Date(clock.now())));
  if (result === "taken") return answer(409, "taken");
  await rm(path.join(env.dataDir, "setup-token"), { force: true });
  return result === "made" ? Response.json({ email }) : answer(404, "gone");
}

const answer = (status: number, code: string): Response => Response.json({ error: { code } }, { status });
