import { createBrotliDecompress, createGunzip, createInflate, createZstdDecompress, constants } from "node:zlib";
import type { Transform } from "node:stream";

/** Decoded bytes per encoded byte beyond which a reply is taken for a bomb. */
const RATIO_MAX = 100;
/** Small replies may be well compressible: the ratio is judged above this size only. */
const RATIO_FREE_BYTES = 1024 * 1024;

/** Undoes a vendor's `content-encoding`; flushes after every chunk, so that a compressed stream still streams. */
export interface Decompressor {
  /** Returns false when its buffer is full: stop feeding until `onDrain`. */
  write(chunk: Buffer): boolean;
  end(): void;
  pause(): void;
  resume(): void;
  destroy(): void;
}

export type DecompressorEvents = Readonly<{
  onData(chunk: Buffer): void;
  onEnd(): void;
  onError(error: Error): void;
  onDrain(): void;
}>;

/** @returns undefined for identity and for codings that we never asked for and cannot read */
export function createDecompressor(coding: string, events: DecompressorEvents): Decompressor | undefined {
  const stream = decoder(coding.trim().toLowerCase());
  if (!stream) return undefined;
  let encodedBytes = 0, decodedBytes = 0;
  stream.on("data", (chunk: Buffer) => {
    decodedBytes += chunk.length;
    if (decodedBytes > RATIO_FREE_BYTES && decodedBytes > encodedBytes * RATIO_MAX) stream.destroy(new Error("The reply expands without bound."));
    else events.onData(chunk);
  });
  stream.on("end", events.onEnd);
  stream.on("error", events.onError);
  stream.on("drain", events.onDrain);
  return {
    write(chunk) {
      encodedBytes += chunk.length;
      return stream.write(chunk);
    },
    end: () => void stream.end(),
    pause: () => void stream.pause(),
    resume: () => void stream.resume(),
    destroy() {
      stream.removeAllListeners();
      stream.on("error", () => {});
      stream.destroy();
    },
  };
}

function decoder(coding: string): Transform | undefined {
  switch (coding) {
    case "gzip": case "x-gzip":
      return createGunzip({ flush: constants.Z_SYNC_FLUSH });
    case "deflate":
      return createInflate({ flush: constants.Z_SYNC_FLUSH });
    case "br":
      return createBrotliDecompress({ flush: constants.BROTLI_OPERATION_FLUSH });
    case "zstd":
      return createZstdDecompress();
    default:
      return undefined;
  }
}
