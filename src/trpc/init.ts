import { initTRPC, TRPCError } from "@trpc/server";
import superjson from "superjson";
import type { Pool } from "pg";
import { permissionsOfRole, VERIFIED_ONLY, type AuditActor, type ConsolePermission, type Permission, type Throttle } from "#accounts/index.ts";
import type { SessionUser } from "#accounts/sign-in.store.ts";
import type { Payments } from "#payments/index.ts";
import type { Clock } from "#platform/clock.ts";
import type { Passwords } from "#platform/crypto/hash.ts";
import type { Sealer } from "#platform/crypto/seal.ts";
import type { DerivedKeys } from "#platform/crypto/secret.ts";
import type { Supply } from "#trpc/supply.ts";

export type { ConsolePermission };

/** What a procedure may use: who asks, and the parts of the shop's runtime. Nothing here reaches the relay. */
export type Context = Readonly<{
  user: SessionUser | undefined;
  pool: Pool;
  keys: DerivedKeys;
  sealer: Sealer;
  clock: Clock;
  passwords: Passwords;
  throttle: Throttle;
  payments: Payments;
  /** What acts on channels, models and prices need; absent where only reading is done. */
  supply?: Supply;
  /** Of the browser, as the edge found it. */
  ip: string | undefined;
  userAgent: string | undefined;
  /** The shop's public address. */
  baseUrl(): Promise<string>;
}>;

type Access = Readonly<{ permission: Permission | ConsolePermission | "public"; sudo?: boolean }>;
export type Demands = Readonly<{
  /** Ask for the password again unless it was given in the last minutes: for acts that a stolen browser must not do. */
  sudo?: boolean;
}>;

/** How long a given password counts as just given. */
const SUDO_MS = 10 * 60_000;

/** Words that a browser acts on, beside the message for people: `sudo` opens the dialog for the password. */
class ReasonError extends TRPCError {
  readonly reason: string;

  constructor(reason: string, options: ConstructorParameters<typeof TRPCError>[0]) {
    super(options);
    this.reason = reason;
  }
}

const t = initTRPC.context<Context>().meta<Access>().create({
  transformer: superjson,
  // Messages of our own errors are for people; a stack is for nobody outside.
  errorFormatter: ({ shape, error }) => ({
    ...shape,
    data: { code: shape.data.code, httpStatus: shape.data.httpStatus, path: shape.data.path, reason: error instanceof ReasonError ? error.reason : undefined },
  }),
});

export const router = t.router;
export const createCaller = t.createCallerFactory;

/** For everybody, signed in or not. */
export const publicProcedure = t.procedure.meta({ permission: "public" });

/** For the signed-in user, about his own things. */
export const consoleProcedure = (permission: ConsolePermission, { sudo = false }: Demands = {}) =>
  t.procedure.meta({ permission, sudo }).use(({ ctx, next }) => {
    const user = signedIn(ctx.user);
    if (user.mustVerify && VERIFIED_ONLY.has(permission)) {
      throw refusal("verify", { code: "FORBIDDEN", message: "Confirm your e-mail address first." });
    }
    if (sudo) demandRenewed(user, ctx.clock);
    return next({ ctx: { ...ctx, user, actor: actorOf(user, ctx.ip) } });
  });

/**
 * For staff. It cannot be written without saying who may call it; `tests/architecture.test.ts` walks the router
 * and reads `meta`.
 */
export const adminProcedure = (permission: Permission, { sudo = false }: Demands = {}) =>
  t.procedure.meta({ permission, sudo }).use(({ ctx, next }) => {
    const user = signedIn(ctx.user);
    if (!permissionsOfRole(user.role).has(permission)) {
      throw new TRPCError({ code: "FORBIDDEN", message: `This needs the permission ${permission}.` });
    }
    if (sudo) demandRenewed(user, ctx.clock);
    return next({ ctx: { ...ctx, user, actor: actorOf(user, ctx.ip) } });
  });

/** An error with a word for the browser's code: it comes out as `error.data.reason`. */
export const refusal = (reason: string, options: ConstructorParameters<typeof TRPCError>[0]): TRPCError => new ReasonError(reason, options);

function signedIn(user: SessionUser | undefined): SessionUser {
  if (!user) throw new TRPCError({ code: "UNAUTHORIZED", message: "Sign in first." });
  return user;
}

/** For acts that are heavy only with some inputs: ask for the password again unless it was given in the last minutes. */
export function demandRenewed(user: SessionUser, clock: Clock): void {
  if (clock.now() - user.renewedAt.getTime() <= SUDO_MS) return;
  throw refusal("sudo", { code: "FORBIDDEN", message: "Give your password again." });
}

const actorOf = (user: SessionUser, ip: string | undefined): AuditActor =>
  ({ type: "user", id: user.id, session: user.sid, ...(ip === undefined ? {} : { ip }) });
