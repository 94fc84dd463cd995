import { Readable } from "node:stream";
import { isInMemory, type BodyPart, type StoredBytes } from "#platform/outbound/body-part.ts";
import type { FormFile } from "#relay/http/body/form.ts";

/** No recording that can be understood has fewer bits a second: the longest that an unreadable one is taken for. */
const BITS_LEAST = 16_000;
/** None that is sent has more: a head that says less time than this is not believed. */
const BITS_MOST = 3_000_000;
const READ_BYTES = 64 * 1024;
const KIND_BYTES = 12;
const SECONDS_MOST = 1e6;

export type SoundLength = Readonly<{ ms: number; guessed: boolean }>;

/** How long a recording lasts, by its head; where that cannot be read, at most how long. Never throws. */
export async function soundLength({ body }: Pick<FormFile, "body">): Promise<SoundLength> {
  const seconds = await headSeconds(body).catch(() => undefined);
  if (seconds === undefined || !(seconds > 0) || seconds > SECONDS_MOST) return { ms: Math.ceil((body.length * 8_000) / BITS_LEAST), guessed: true };
  return { ms: Math.ceil(Math.max(seconds * 1000, (body.length * 8_000) / BITS_MOST)), guessed: false };
}

async function headSeconds(body: BodyPart): Promise<number | undefined> {
  const mimeType = kindOf(isInMemory(body) ? body.subarray(0, KIND_BYTES) : await body.read(0, KIND_BYTES));
  if (mimeType === undefined) return undefined;
  const { parseStream } = await import("music-metadata");
  const stream = Readable.from(isInMemory(body) ? [body] : chunks(body), { objectMode: false });
  try {
    const { format } = await parseStream(stream, { size: body.length, mimeType }, { duration: false, skipCovers: true, skipPostHeaders: true });
    return format.duration;
  } finally {
    stream.destroy();
  }
}

/** The few containers that recordings are sent in; what a client says of its file is not believed, nor anything else taken apart. */
function kindOf(head: Buffer): string | undefined {
  const word = (start: number, end: number): string => head.toString("latin1", start, end);
  if (word(0, 4) === "RIFF" && word(8, 12) === "WAVE") return "audio/wav";
  if (word(0, 4) === "fLaC") return "audio/flac";
  if (word(0, 4) === "OggS") return "audio/ogg";
  if (word(4, 8) === "ftyp") return "audio/mp4";
  if (word(0, 4) === "\x1aE\xdf\xa3") return "audio/webm";
  if (word(0, 3) === "ID3" || (head[0] === 0xff && (head[1]! & 0xe0) === 0xe0)) return "audio/mpeg";
  return undefined;
}

async function* chunks(body: StoredBytes): AsyncGenerator<Buffer> {
  for (let at = 0; at < body.length; ) {
    const chunk = await body.read(at, READ_BYTES);
    if (chunk.length === 0) return;
    at += chunk.length;
    yield chunk;
  }
}
