import { createHmac } from "node:crypto";

/** HMAC-SHA256; 32 bytes. */
export const hmac = (key: Buffer, text: string): Buffer => createHmac("sha256", key).update(text).digest();

/** Eight hex digits that tell two secrets apart for people, and give neither away. */
export const fingerprint = (key: Buffer, text: string): string => hmac(key, text).toString("hex", 0, 4);

export { createPasswords, hashPassword, PasswordsBusy, verifyPassword, type Passwords } from "./password.ts";
