/** Kinds of pictures by how their bytes begin, in hexadecimal. */
const BEGINNINGS: readonly (readonly [mime: string, beginning: RegExp])[] = [
  ["image/jpeg", /^ffd8ff/], ["image/png", /^89504e470d0a1a0a/], ["image/gif", /^474946383[79]61/], ["image/webp", /^52494646.{8}57454250/],
];
/** 16 characters of base64 are 12 bytes. */
const BEGINNING_CHARS = 16;

/** What a picture is by its bytes, whatever was said of it; what was said, where the bytes are unknown and it is one of those that are taken. */
export function sniffImage(base64: string, said: string | undefined): string | undefined {
  const beginning = Buffer.from(base64.slice(0, BEGINNING_CHARS), "base64").toString("hex");
  const found = BEGINNINGS.find(([, pattern]) => pattern.test(beginning))?.[0];
  return found ?? BEGINNINGS.find(([mime]) => mime === (said === "image/jpg" ? "image/jpeg" : said))?.[0];
}
