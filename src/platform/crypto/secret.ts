import { hkdfSync, randomBytes } from "node:crypto";
import fs from "node:fs/promises";
import path from "node:path";
import { inspect } from "node:util";
import { SECRET_BYTES_MIN } from "#config/defaults.ts";
import type { Env } from "#config/env.ts";

/** The master secret cannot be used; `message` says why and what to do. */
export class SecretError extends Error {
  override readonly name = "SecretError";
}

/** The root of all keys. Prints as `[sealed]`; nothing is encrypted or signed with it directly. */
export class MasterSecret {
  readonly #material: Buffer;

  constructor(material: Buffer) {
    this.#material = material;
  }

  /** 32 bytes for one purpose; other labels give unrelated bytes (HKDF-SHA256, RFC 5869). */
  derive(label: string): Buffer {
    return Buffer.from(hkdfSync("sha256", this.#material, Buffer.alloc(0), `modelmart/${label}`, 32));
  }

  toJSON(): string {
    return "[sealed]";
  }

  [inspect.custom](): string {
    return "[sealed]";
  }
}

/** One key a purpose, all from the master secret. Prints as `[sealed]`. */
export type DerivedKeys = Readonly<{
  /** Wraps the data keys of sealed values. */
  kek: Buffer;
  /** Names the KEK in sealed values; 8 hex digits. */
  kekId: string;
  /** For API keys and management tokens. */
  keyPepper: Buffer;
  passwordPepper: Buffer;
  /** For redeem codes and coupons. */
  codePepper: Buffer;
  /** For sessions (NEXTAUTH_SECRET). */
  sessionSecret: string;
  auditKey: Buffer;
  /** Of the role `mm_app` on an outside PostgreSQL: the same on every node. */
  databasePassword: string;
}>;

/** Splits the master secret into the shop's keys. */
export function deriveKeys(master: MasterSecret): DerivedKeys {
  const keys: DerivedKeys = {
    kek: master.derive("kek"),
    kekId: master.derive("kek-id").toString("hex", 0, 4),
    keyPepper: master.derive("key-pepper"),
    passwordPepper: master.derive("password-pepper"),
    codePepper: master.derive("code-pepper"),
    sessionSecret: master.derive("session").toString("base64url"),
    auditKey: master.derive("audit"),
    databasePassword: master.derive("database").toString("base64url"),
  };
  return hidden(keys);
}

/**
 * Keys that what is stored was hashed or signed with, and that therefore outlive a change of the master secret: nobody
 * can hash an API key or a password anew without having it.
 */
export type CarriedKeys = Pick<DerivedKeys, "keyPepper" | "passwordPepper" | "codePepper" | "auditKey">;

/** The shop's keys after the master secret was changed: sealing and sessions by the new one, the rest carried over. */
export const withCarried = (keys: DerivedKeys, carried: CarriedKeys | undefined): DerivedKeys =>
  carried === undefined ? keys : hidden({ ...keys, ...carried });

function hidden(keys: DerivedKeys): DerivedKeys {
  const sealed = { enumerable: false, value: () => "[sealed]" };
  return Object.freeze(Object.defineProperties({ ...keys }, { toJSON: sealed, [inspect.custom]: sealed }));
}

/**
 * The master secret: `MODELMART_SECRET`, else the file `<dataDir>/secret`, which is made at the first start.
 *
 * @throws SecretError when the file is too short or others may read it
 */
export async function loadSecret({ secret, dataDir }: Pick<Env, "secret" | "dataDir">): Promise<MasterSecret> {
  if (secret !== undefined) return new MasterSecret(Buffer.from(secret));
  const file = path.join(dataDir, "secret");
  const text = (await readPrivate(file)) ?? (await create(file));
  if (Buffer.byteLength(text) < SECRET_BYTES_MIN) throw new SecretError(`${file} is shorter than ${SECRET_BYTES_MIN} bytes: put the right one back; without it nothing that was sealed opens`);
  return new MasterSecret(Buffer.from(text));
}

async function readPrivate(file: string): Promise<string | undefined> {
  let handle: fs.FileHandle;
  try {
    handle = await fs.open(file, "r");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw new SecretError(`${file} cannot be read (${(error as NodeJS.ErrnoException).code}): start as the user who made it`);
  }
  try {
    const { mode } = await handle.stat();
    if (mode & 0o077) throw new SecretError(`${file} can be read by other users (mode ${(mode & 0o777).toString(8)}): run chmod 600 ${file}`);
    return (await handle.readFile("utf8")).trim();
  } finally {
    await handle.close();
  }
}

/** Made under another name and linked, so that of several first starts exactly one secret comes out, and never half of one. */
async function create(file: string): Promise<string> {
  await fs.mkdir(path.dirname(file), { recursive: true, mode: 0o700 });
  const unfinished = `${file}.${randomBytes(6).toString("hex")}`;
  await fs.writeFile(unfinished, `${randomBytes(32).toString("base64url")}\n`, { mode: 0o600, flush: true });
  try {
    await fs.link(unfinished, file).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== "EEXIST") throw error;
    });
  } finally {
    await fs.rm(unfinished, { force: true });
  }
  return (await readPrivate(file)) ?? "";
}
