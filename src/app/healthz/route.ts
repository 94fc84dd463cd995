export const dynamic = "force-dynamic";

/** Alive; never asks the database. Answered by the relay process instead where there is one. */
export const GET = (): Response => Response.json({ status: "ok" }, { headers: { "cache-control": "no-store" } });
