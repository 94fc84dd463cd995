import { z } from "zod";
import { ROLES } from "#accounts/index.ts";
import { consoleProcedure, router } from "#trpc/init.ts";

export const viewerRouter = router({
  /** Who is signed in. */
  get: consoleProcedure("profile:read")
    .output(z.strictObject({ email: z.string(), name: z.string().optional(), role: z.enum(ROLES), locale: z.string() }))
    .query(({ ctx: { user } }) => ({ email: user.email, role: user.role, locale: user.locale, ...(user.name === undefined ? {} : { name: user.name }) })),
});
