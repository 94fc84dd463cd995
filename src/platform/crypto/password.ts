import { createHmac } from "node:crypto";
import { hash, verify } from "@node-rs/argon2";
import { ARGON2, PASSWORD_HASHING } from "#config/defaults.ts";
import type { DerivedKeys } from "./secret.ts";

type PasswordKeys = Pick<DerivedKeys, "passwordPepper">;

/** `Algorithm.Argon2id` of the package, whose const enum cannot be imported by stripped types. */
const ARGON2ID = 2;

const OPTIONS = {
  algorithm: ARGON2ID,
  memoryCost: ARGON2.memoryKib,
  timeCost: ARGON2.passes,
  parallelism: ARGON2.parallelism,
  outputLen: ARGON2.tagBytes,
} as const;

/** The head of a PHC string, with the parameters of the hash. */
const PHC = /^\$argon2id\$v=(\d+)\$m=(\d+),t=(\d+),p=(\d+)\$/;

/** Too many sign-ins at once; answer 503 and ask to come back. */
export class PasswordsBusy extends Error {
  override readonly name = "PasswordsBusy";
}

/**
 * argon2id over HMAC(pepper, NFC(password)), so that a dump of the database alone is no use to a guesser.
 * @returns a PHC string
 */
export const hashPassword = (keys: PasswordKeys, password: string): Promise<string> => hash(peppered(keys, password), OPTIONS);

/** Whether the password is the one of `phc`; false for a string that is no hash. */
export async function verifyPassword(keys: PasswordKeys, password: string, phc: string): Promise<boolean> {
  return PHC.test(phc) && (await verify(phc, peppered(keys, password)).catch(() => false));
}

/** Whether `phc` was made with other parameters than today's: hash anew at the next sign-in. */
export function needsRehash(phc: string): boolean {
  const [, , memory, passes, parallelism] = PHC.exec(phc) ?? [];
  return Number(memory) !== ARGON2.memoryKib || Number(passes) !== ARGON2.passes || Number(parallelism) !== ARGON2.parallelism;
}

/** As text, because the library takes only UTF-8. */
const peppered = ({ passwordPepper }: PasswordKeys, password: string): string =>
  createHmac("sha256", passwordPepper).update(password.normalize("NFC")).digest("base64url");

export interface Passwords {
  /** @throws PasswordsBusy */
  hash(password: string): Promise<string>;
  /**
   * Verifies; takes as long for an unknown user (`phc` undefined) as for a known one.
   * @throws PasswordsBusy
   */
  verify(password: string, phc: string | undefined): Promise<boolean>;
  needsRehash(phc: string): boolean;
}

/** Password hashing for the whole process: a few at once, a bounded queue behind them. Build it once. */
export function createPasswords(keys: PasswordKeys, limits: { atOnce: number; waiting: number } = PASSWORD_HASHING): Passwords {
  const gate = createGate(limits);
  // What an unknown user's password is compared with: the same work, never a match.
  const stranger = gate(() => hashPassword(keys, "nobody's"));
  stranger.catch(() => undefined);
  return {
    hash: (password) => gate(() => hashPassword(keys, password)),
    verify: (password, phc) => gate(async () => {
      const matches = await verifyPassword(keys, password, phc ?? (await stranger));
      return matches && phc !== undefined;
    }),
    needsRehash,
  };
}

type Gate = <T>(work: () => Promise<T>) => Promise<T>;

function createGate({ atOnce, waiting }: { atOnce: number; waiting: number }): Gate {
  const queue: (() => void)[] = [];
  let running = 0;
  return async (work) => {
    if (running >= atOnce) {
      if (queue.length >= waiting) throw new PasswordsBusy("too many passwords are being checked");
      // The place is handed over by the one that ends, so nobody overtakes the queue.
      await new Promise<void>((ready) => queue.push(ready));
    } else {
      running += 1;
    }
    try {
      return await work();
    } finally {
      const next = queue.shift();
      if (next) next();
      else running -= 1;
    }
  };
}
