import { initTRPC, TRPCError } from "@trpc/server";
import superjson from "superjson";
import type { Pool } from "pg";
import { permissionsOfRole, type Permission } from "#accounts/index.ts";
import type { DerivedKeys } from "#platform/crypto/secret.ts";
import type { SessionUser } from "#accounts/sign-in.store.ts";

/** What customers may do with what is their own; every customer may, organisations will take some away from members. */
export type ConsolePermission = "profile:read" | "wallet:read" | "keys:read" | "keys:write" | "usage:read" | "playground:use";

export type Context = Readonly<{
  user: SessionUser | undefined;
  pool: Pool;
  keys: DerivedKeys;
  /** The client's address, as the edge found it. */
  ip?: string;
}>;

type Access = Readonly<{ permission: Permission | ConsolePermission | "public" }>;

const t = initTRPC.context<Context>().meta<Access>().create({
  transformer: superjson,
  // Messages of our own errors are for people; a stack is for nobody outside.
  errorFormatter: ({ shape }) => ({ ...shape, data: { code: shape.data.code, httpStatus: shape.data.httpStatus, path: shape.data.path } }),
});

export const router = t.router;
export const createCaller = t.createCallerFactory;

/** For everybody, signed in or not. */
export const publicProcedure = t.procedure.meta({ permission: "public" });

/** For the signed-in user, about his own things. */
export const consoleProcedure = (permission: ConsolePermission) =>
  t.procedure.meta({ permission }).use(({ ctx, next }) => {
    if (!ctx.user) throw new TRPCError({ code: "UNAUTHORIZED", message: "Sign in first." });
    return next({ ctx: { ...ctx, user: ctx.user } });
  });

/**
 * For staff. It cannot be written without saying who may call it; `tests/architecture.test.ts` walks the router
 * and reads `meta`.
 */
export const adminProcedure = (permission: Permission) =>
  t.procedure.meta({ permission }).use(({ ctx, next }) => {
    if (!ctx.user) throw new TRPCError({ code: "UNAUTHORIZED", message: "Sign in first." });
    if (!permissionsOfRole(ctx.user.role).has(permission)) {
      throw new TRPCError({ code: "FORBIDDEN", message: `This needs the permission ${permission}.` });
    }
    return next({ ctx: { ...ctx, user: ctx.user } });
  });
