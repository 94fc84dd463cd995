import { Readable } from "node:stream";
import { isInMemory, type StoredBytes } from "#platform/outbound/body-part.ts";
import type { FormFile } from "#relay/http/body/form.ts";

/** No recording that can be understood has fewer bits a second: the longest that an unreadable one is taken for. */
const BITS_LEAST = 16_000;
/** None that is sent has more: a head that says less time than this is not believed. */
const BITS_MOST = 3_000_000;
const READ_BYTES = 64 * 1024;

export type SoundLength = Readonly<{ ms: number; guessed: boolean }>;

/** How long a recording lasts, by its head; where that cannot be read, at most how long. Never throws. */
export async function soundLength({ body, type, fileName }: FormFile): Promise<SoundLength> {
  const seconds = await headSeconds(body.length, isInMemory(body) ? Readable.from([body]) : readable(body), { type, fileName }).catch(() => undefined);
  if (seconds === undefined || !(seconds > 0) || seconds > 1e6) return { ms: Math.ceil((body.length * 8_000) / BITS_LEAST), guessed: true };
  return { ms: Math.ceil(Math.max(seconds * 1000, (body.length * 8_000) / BITS_MOST)), guessed: false };
}

async function headSeconds(size: number, stream: Readable, { type, fileName }: Pick<FormFile, "type" | "fileName">): Promise<number | undefined> {
  const { parseStream } = await import("music-metadata");
  try {
    const { format } = await parseStream(stream, { size, path: fileName, ...(type.startsWith("audio/") && { mimeType: type }) }, { duration: false, skipCovers: true, skipPostHeaders: true });
    return format.duration;
  } finally {
    stream.destroy();
  }
}

async function* chunks(body: StoredBytes): AsyncGenerator<Buffer> {
  for (let at = 0; at < body.length; ) {
    const chunk = await body.read(at, READ_BYTES);
    if (chunk.length === 0) return;
    at += chunk.length;
    yield chunk;
  }
}

const readable = (body: StoredBytes): Readable => Readable.from(chunks(body), { objectMode: false });
