/** MPEG audio: kbit/s by the index in the frame's head, for layer III of version 1 and of versions 2 and 2.5. */
const KBITS_V1 = [0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320];
const KBITS_V2 = [0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160];
const ID3_HEAD = 10;

/**
 * Bits a second of sound whose first bytes are these; undefined where they do not say.
 * @see ISO/IEC 11172-3, 2.4.2.3; Multimedia Programming Interface, "WAVE form"
 */
export function bitrateOf(bytes: Buffer): number | undefined {
  if (bytes.length >= 32 && bytes.toString("latin1", 0, 4) === "RIFF" && bytes.toString("latin1", 8, 16) === "WAVEfmt ") {
    return bytes.readUInt32LE(28) * 8 || undefined;
  }
  const start = bytes.toString("latin1", 0, 3) === "ID3" && bytes.length >= ID3_HEAD ? ID3_HEAD + synchsafe(bytes) : 0;
  for (let at = start; at + 3 < bytes.length && at < start + 4096; at++) {
    if (bytes[at] !== 0xff || (bytes[at + 1]! & 0xe0) !== 0xe0) continue;
    const version = (bytes[at + 1]! >> 3) & 3, layer = (bytes[at + 1]! >> 1) & 3, index = bytes[at + 2]! >> 4;
    if (version === 1 || layer !== 1 || index === 0 || index === 15) continue;
    return (version === 3 ? KBITS_V1 : KBITS_V2)[index]! * 1000;
  }
  return undefined;
}

/** The length of an ID3 tag: seven bits a byte. */
const synchsafe = (bytes: Buffer): number => (bytes[6]! << 21) | (bytes[7]! << 14) | (bytes[8]! << 7) | bytes[9]!;
