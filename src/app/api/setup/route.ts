import { rm } from "node:fs/promises";
import path from "node:path";
import { z } from "zod";
import { createFirstOwner } from "#accounts/first-owner.store.ts";
import { loadSettings, passwordProblem } from "#accounts/index.ts";
import { maySetUp, SETUP_COOKIE, SETUP_COOKIE_S, setupPass, tryToken } from "#app/setup-token.ts";
import { shop } from "#app/shop.ts";
import { withTransaction } from "#platform/db/tx.ts";

export const dynamic = "force-dynamic";

const form = z.strictObject({
  email: z.email().max(254),
  password: z.string().max(512),
  locale: z.enum(["en", "zh"]),
  timeZone: z.string().max(64),
});

/** The printed link: changes its token for a cookie, and leads on to a page whose address says nothing. */
export async function GET(request: Request): Promise<Response> {
  const token = new URL(request.url).searchParams.get("token") ?? "";
  const answered = await tryToken(token);
  if (answered === "busy") return new Response("Too many tries. Wait a minute.\n", { status: 429, headers: { "retry-after": "60" } });
  if (answered !== "granted") return new Response("There is no such page.\n", { status: 404 });
  const { baseUrl } = await shop();
  const secure = (await baseUrl()).startsWith("https://") ? "; Secure" : "";
  return new Response(null, {
    status: 303,
    headers: {
      location: "/setup", "cache-control": "no-store", "referrer-policy": "no-referrer",
      "set-cookie": `${SETUP_COOKIE}=${await setupPass()}; Path=/; Max-Age=${SETUP_COOKIE_S}; HttpOnly; SameSite=Strict${secure}`,
    },
  });
}

/** Makes the shop owner. The cookie is the permission; it is of the same site only, and JSON keeps forms out. */
export async function POST(request: Request): Promise<Response> {
  if (!request.headers.get("content-type")?.startsWith("application/json")) return answer(415, "json_only");
  if (!(await maySetUp())) return answer(404, "gone");
  const body = form.safeParse(await request.json().catch(() => undefined));
  if (!body.success) return answer(400, "invalid");
  const { email, password, ...wishes } = body.data;
  const { pool, env, keys, clock, passwords } = await shop();
  const problem = passwordProblem(password, { role: "owner", email, shopName: (await loadSettings(pool))["shop.name"] });
  if (problem) return answer(400, `password:${problem}`);
  const passwordHash = await passwords.hash(password);
  const ip = request.headers.get("x-mm-client-ip") ?? undefined;
  const result = await withTransaction(pool, (tx) => createFirstOwner(tx, { email, passwordHash, ip, ...wishes }, keys.auditKey, new Date(clock.now())));
  if (result === "taken") return answer(409, "taken");
  await rm(path.join(env.dataDir, "setup-token"), { force: true });
  return result === "made" ? Response.json({ email }, { headers: { "set-cookie": `${SETUP_COOKIE}=; Path=/; Max-Age=0; HttpOnly; SameSite=Strict` } }) : answer(404, "gone");
}

const answer = (status: number, code: string): Response => Response.json({ error: { code } }, { status });
