import type { Socket } from "node:net";
import { isInMemory, type BodyPart } from "#platform/outbound/body-part.ts";

/** Read and sent at once. */
const STORED_BYTES = 256 * 1024;

/** Writes a request of which parts lie elsewhere, piece by piece as the other side takes them. @throws Error of the socket or the store */
export async function sendStored(socket: Socket, start: Buffer, rest: readonly BodyPart[]): Promise<void> {
  await write(socket, start);
  for (const part of rest) {
    if (isInMemory(part)) {
      await write(socket, part);
      continue;
    }
    for (let at = 0; at < part.length; ) {
      const chunk = await part.read(at, STORED_BYTES);
      if (chunk.length === 0) throw new Error("Stored bytes of a request are missing.");
      at += chunk.length;
      await write(socket, chunk);
    }
  }
}

function write(socket: Socket, bytes: Buffer): Promise<void> {
  if (socket.destroyed) return Promise.reject(new Error("The connection is closed."));
  return new Promise((resolve, reject) => socket.write(bytes, (error) => (error ? reject(error) : resolve())));
}
