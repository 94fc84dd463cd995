import { randomUUID } from "node:crypto";
import { mkdir, open, unlink, type FileHandle } from "node:fs/promises";
import path from "node:path";
import type { StoredBytes } from "#platform/outbound/body-part.ts";

/** Bytes of one request on their way through, too many for memory. */
export interface SpoolFile extends StoredBytes {
  append(chunk: Buffer): Promise<void>;
  /** Gives the space back. Idempotent. */
  close(): Promise<void>;
}

export interface Spool {
  open(): Promise<SpoolFile>;
}

/**
 * Files without a name: each is unlinked as soon as it is open, so that nothing remains of it once it is closed, however
 * this process ends.
 */
export const createSpool = (folder: string): Spool => ({
  async open() {
    await mkdir(folder, { recursive: true, mode: 0o700 });
    const at = path.join(folder, randomUUID());
    const handle = await open(at, "wx+", 0o600);
    await unlink(at);
    return new NamelessFile(handle);
  },
});

class NamelessFile implements SpoolFile {
  length = 0;
  readonly #handle: FileHandle;
  #closed: Promise<void> | undefined;

  constructor(handle: FileHandle) {
    this.#handle = handle;
  }

  async append(chunk: Buffer): Promise<void> {
    for (let at = 0; at < chunk.length; ) {
      const { bytesWritten } = await this.#handle.write(chunk, at, chunk.length - at, this.length);
      at += bytesWritten;
      this.length += bytesWritten;
    }
  }

  async read(position: number, size: number): Promise<Buffer> {
    const buffer = Buffer.allocUnsafe(Math.min(size, Math.max(0, this.length - position)));
    const { bytesRead } = await this.#handle.read(buffer, 0, buffer.length, position);
    return buffer.subarray(0, bytesRead);
  }

  close(): Promise<void> {
    return (this.#closed ??= this.#handle.close());
  }
}
