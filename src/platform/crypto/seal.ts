import { createCipheriv, createDecipheriv, randomBytes } from "node:crypto";
import type { DerivedKeys } from "./secret.ts";

/** A sealed value does not open: another key, another place (AAD), or changed bytes. Says no more on purpose. */
export class SealError extends Error {
  override readonly name = "SealError";
}

export interface Sealer {
  /** @param aad where the value stands: `table|column|row id|purpose`; it opens nowhere else */
  seal(plain: string, aad: string): Buffer;
  /** @throws SealError */
  open(sealed: Buffer, aad: string): string;
}

export type Kek = Pick<DerivedKeys, "kek" | "kekId">;

const VERSION = 1;
const NONCE = 12;
const TAG = 16;
const KEY = 32;
const KEK_ID = 4;
const WRAPPED = NONCE + KEY + TAG;
const HEADER = 1 + KEK_ID;

/**
 * Envelope encryption: each value has its own random key (DEK), which the shop's key (KEK) wraps; both AES-256-GCM.
 * Bytes: version 1 | KEK id 4 | DEK: nonce 12, ciphertext 32, tag 16 | nonce 12 | ciphertext | tag 16.
 * Rotating the KEK needs only the DEK wrapped anew, never the content.
 *
 * @param current seals and opens
 * @param older open only, while a rotation runs
 */
export function createSealer(current: Kek, ...older: readonly Kek[]): Sealer {
  const keks = new Map([...older, current].map(({ kek, kekId }) => [kekId, kek]));
  return {
    seal(plain, aad) {
      const header = Buffer.concat([Buffer.from([VERSION]), Buffer.from(current.kekId, "hex")]);
      const dek = randomBytes(KEY);
      return Buffer.concat([header, encrypt(current.kek, dek, header), encrypt(dek, Buffer.from(plain), contentAad(aad))]);
    },
    open(sealed, aad) {
      try {
        if (sealed[0] !== VERSION) throw new SealError("unknown version");
        const header = sealed.subarray(0, HEADER);
        const kek = keks.get(header.toString("hex", 1));
        if (!kek) throw new SealError("sealed with another key");
        const dek = decrypt(kek, sealed.subarray(HEADER, HEADER + WRAPPED), header);
        return decrypt(dek, sealed.subarray(HEADER + WRAPPED), contentAad(aad)).toString();
      } catch (cause) {
        if (cause instanceof SealError) throw cause;
        throw new SealError("a sealed value does not open");
      }
    },
  };
}

/**
 * Wraps a sealed value's own key anew, under another KEK. The content is neither opened nor touched.
 * @throws SealError when it was not sealed under `from`
 */
export function rewrapSealed(sealed: Buffer, from: Kek, to: Kek): Buffer {
  const header = sealed.subarray(0, HEADER);
  if (sealed[0] !== VERSION || header.toString("hex", 1) !== from.kekId) throw new SealError("sealed with another key");
  try {
    const dek = decrypt(from.kek, sealed.subarray(HEADER, HEADER + WRAPPED), header);
    const next = Buffer.concat([Buffer.from([VERSION]), Buffer.from(to.kekId, "hex")]);
    return Buffer.concat([next, encrypt(to.kek, dek, next), sealed.subarray(HEADER + WRAPPED)]);
  } catch {
    throw new SealError("a sealed value does not open");
  }
}

const contentAad = (aad: string): Buffer => Buffer.from(`${VERSION}|${aad}`);

function encrypt(key: Buffer, plain: Buffer, aad: Buffer): Buffer {
  const nonce = randomBytes(NONCE);
  const cipher = createCipheriv("aes-256-gcm", key, nonce, { authTagLength: TAG }).setAAD(aad);
  return Buffer.concat([nonce, cipher.update(plain), cipher.final(), cipher.getAuthTag()]);
}

function decrypt(key: Buffer, box: Buffer, aad: Buffer): Buffer {
  const nonce = box.subarray(0, NONCE);
  const end = box.length - TAG;
  const decipher = createDecipheriv("aes-256-gcm", key, nonce, { authTagLength: TAG }).setAAD(aad).setAuthTag(box.subarray(end));
  return Buffer.concat([decipher.update(box.subarray(NONCE, end)), decipher.final()]);
}
