/** First bytes by which a kind of file is known, after `at` bytes of anything. */
const MARKS: readonly Readonly<{ type: string; bytes: string; at?: number; and?: Readonly<{ bytes: string; at: number }> }>[] = [
  { type: "image/png", bytes: "\x89PNG\r\n\x1a\n" },
  { type: "image/jpeg", bytes: "\xff\xd8\xff" },
  { type: "image/gif", bytes: "GIF8" },
  { type: "image/webp", bytes: "RIFF", and: { bytes: "WEBP", at: 8 } },
  { type: "image/heic", bytes: "ftypheic", at: 4 },
  { type: "image/heic", bytes: "ftypheix", at: 4 },
  { type: "image/heif", bytes: "ftypmif1", at: 4 },
  { type: "image/avif", bytes: "ftypavif", at: 4 },
  { type: "application/pdf", bytes: "%PDF-" },
  { type: "audio/wav", bytes: "RIFF", and: { bytes: "WAVE", at: 8 } },
  { type: "audio/ogg", bytes: "OggS" },
  { type: "audio/flac", bytes: "fLaC" },
  { type: "audio/aiff", bytes: "FORM", and: { bytes: "AIF", at: 8 } },
  { type: "audio/mp4", bytes: "ftypM4A ", at: 4 },
  { type: "audio/mp3", bytes: "ID3" },
  { type: "audio/aac", bytes: "\xff\xf1" },
  { type: "audio/aac", bytes: "\xff\xf9" },
  { type: "audio/mp3", bytes: "\xff\xfb" },
  { type: "audio/mp3", bytes: "\xff\xf3" },
  { type: "audio/mp3", bytes: "\xff\xf2" },
];
const HEAD_BYTES = 16;

/** What a file is by its first bytes: a picture, sound or a PDF; undefined = none of them, whatever its sender calls it. */
export function sniffType(data: Buffer): string | undefined {
  const head = data.toString("latin1", 0, HEAD_BYTES);
  return MARKS.find(({ bytes, at = 0, and }) => head.startsWith(bytes, at) && (and === undefined || head.startsWith(and.bytes, and.at)))?.type;
}
