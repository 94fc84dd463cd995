import { z } from "zod";
import { permissionsOfRole, type Permission } from "#accounts/index.ts";
import { requestIdText } from "#platform/ids.ts";
import { search, type HitKind } from "#reports/search.store.ts";
import { adminProcedure, router } from "#trpc/init.ts";

/** What each kind needs to be found by. */
const FOUND_BY: Readonly<Record<HitKind, Permission>> = {
  user: "users:read", key: "users:read", wallet: "users:read", request: "requests:read", transaction: "ledger:read", order: "orders:read",
  model: "catalog:read", channel: "channels:read", group: "groups:read", code_batch: "codes:read",
};

export const searchRouter = router({
  /** Any id, address, key or name, for the command palette: only what the asker may open. */
  find: adminProcedure("dashboard:read").input(z.strictObject({ text: z.string().trim().max(254) })).query(async ({ ctx, input }) => {
    const held = permissionsOfRole(ctx.user.role);
    const hits = await search(ctx.pool, input.text, (Object.keys(FOUND_BY) as HitKind[]).filter((kind) => held.has(FOUND_BY[kind])));
    return hits.map((hit) => (hit.kind === "request" ? { ...hit, title: requestIdText(hit.id), id: requestIdText(hit.id) } : hit));
  }),
});
