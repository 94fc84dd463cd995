import { shop } from "#app/shop.ts";

export const dynamic = "force-dynamic";

/** Ready when the database answers. Answered by the relay process instead where there is one. */
export async function GET(): Promise<Response> {
  const ready = await shop().then(({ pool }) => pool.query("SELECT 1")).then(() => true, () => false);
  return Response.json({ status: ready ? "ready" : "not ready" }, { status: ready ? 200 : 503, headers: { "cache-control": "no-store" } });
}
