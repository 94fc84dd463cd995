/** Bytes that lie elsewhere than in memory. */
export interface StoredBytes {
  readonly length: number;
  /** At most `size` bytes from `position` on; none at the end. */
  read(position: number, size: number): Promise<Buffer>;
}

/** A piece of a body to be sent. */
export type BodyPart = Buffer | StoredBytes;

export const isInMemory = (part: BodyPart): part is Buffer => Buffer.isBuffer(part);

export const allInMemory = (parts: readonly BodyPart[]): parts is readonly Buffer[] => parts.every(isInMemory);

/** All of it in memory. */
export async function bytesOf(part: BodyPart): Promise<Buffer> {
  if (isInMemory(part)) return part;
  const chunks: Buffer[] = [];
  for (let at = 0; at < part.length; ) {
    const chunk = await part.read(at, part.length - at);
    if (chunk.length === 0) throw new Error("Stored bytes are missing.");
    chunks.push(chunk);
    at += chunk.length;
  }
  return Buffer.concat(chunks);
}
