import { createHash } from "node:crypto";
import { bytesOf } from "#platform/outbound/body-part.ts";
import { isFile, type Form } from "#relay/http/body/form.ts";

/** Stands for a form where two must be told apart: the same for the same parts in the same order, however they were framed. */
export async function formDigest({ parts }: Form): Promise<Buffer> {
  const hash = createHash("sha256");
  for (const part of parts) {
    const value = isFile(part) ? await bytesOf(part.body) : Buffer.from(part.value);
    hash.update(JSON.stringify([part.name, isFile(part) ? [part.fileName, part.type] : "", value.length])).update(value);
  }
  return hash.digest();
}
