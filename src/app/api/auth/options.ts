import type { AuthOptions, Session } from "next-auth";
import CredentialsModule from "next-auth/providers/credentials";
import { signIn, endSession } from "#accounts/sign-in.store.ts";
import { failed, SESSION_COOKIE_MAX_S, waitMs, type SessionClaims } from "#accounts/sign-in.ts";
import { HOUR_MS, normalEmail, senderOf } from "#accounts/index.ts";
import { shop } from "#app/shop.ts";
import { PasswordsBusy } from "#platform/crypto/hash.ts";

declare module "next-auth" {
  interface Session {
    claims?: SessionClaims;
  }
  interface User {
    claims?: SessionClaims;
  }
}
declare module "next-auth/jwt" {
  interface JWT {
    claims?: SessionClaims;
  }
}

/** CommonJS seen from an ES module: the function stands one level deeper outside the bundler. */
const Credentials = "default" in CredentialsModule ? (CredentialsModule.default as typeof CredentialsModule) : CredentialsModule;

/** The cookie says which session; the session's row says whether it still holds and who it is (`readSession`). */
export async function authOptions(): Promise<AuthOptions> {
  const { keys } = await shop();
  return {
    secret: keys.sessionSecret,
    session: { strategy: "jwt", maxAge: SESSION_COOKIE_MAX_S },
    pages: { signIn: "/sign-in", error: "/sign-in" },
    providers: [
      Credentials({
        id: "credentials",
        name: "E-mail",
        credentials: { email: { type: "email" }, password: { type: "password" } },
        authorize: (credentials, request) => authorize(credentials, request.headers ?? {}),
      }),
    ],
    callbacks: {
      jwt: ({ token, user }) => (user?.claims ? { sub: user.claims.uid, claims: user.claims } : token),
      session: ({ session, token }): Session => ({ expires: session.expires, ...(token.claims ? { claims: token.claims } : {}) }),
    },
    events: {
      async signOut({ token }) {
        if (token.claims) await endSession((await shop()).pool, token.claims.sid);
      },
    },
  };
}

/** Failures of one sender over all accounts: many names with one password are a way of guessing too. */
const FAILURES_PER_SENDER = [{ most: 50, perMs: HOUR_MS }] as const;

type Form = Readonly<Record<string, string>> | undefined;

/** @throws Error `wait:<seconds>` while the address must wait; next-auth carries the text to the form */
async function authorize(form: Form, headers: Readonly<Record<string, string | undefined>>) {
  const { pool, keys, sealer, passwords, clock, signInAttempts, throttle } = await shop();
  const email = normalEmail(form?.["email"] ?? "");
  const password = form?.["password"] ?? "";
  if (email === "" || password === "" || password.length > 1_024) return null;
  const ip = headers["x-mm-client-ip"];
  // By address and sender, so that a stranger cannot lock the owner out of his own account.
  const attemptKey = `${email}\0${ip ?? ""}`;
  const wait = waitMs(signInAttempts.get(attemptKey), clock.now());
  if (wait > 0) throw new Error(`wait:${Math.ceil(wait / 1_000)}`);
  const sender = senderOf(ip);
  const claims = await signIn({ pool, keys, sealer, passwords, clock }, { email, password, ip, userAgent: headers["user-agent"] }).catch((error: unknown) => {
    if (error instanceof PasswordsBusy) throw new Error("wait:2");
    throw error;
  });
  if (!claims) {
    signInAttempts.set(attemptKey, failed(signInAttempts.get(attemptKey), clock.now()));
    const pause = sender === undefined ? 0 : throttle.take(`sign-in:${sender}`, FAILURES_PER_SENDER, clock.now());
    if (pause > 0) throw new Error(`wait:${Math.ceil(pause / 1_000)}`);
    return null;
  }
  signInAttempts.delete(attemptKey);
  return { id: claims.uid, claims };
}
