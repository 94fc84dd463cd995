const HEAD_BYTES = 44;
const PCM = 1;
const BITS = 16;

/** Bare samples (16 bits, little-endian, one channel) with the head of a WAV file before them. */
export function wavOf(samples: Buffer, rate: number): Buffer {
  const head = Buffer.alloc(HEAD_BYTES);
  const frame = BITS / 8;
  head.write("RIFF", 0, "latin1");
  head.writeUInt32LE(HEAD_BYTES - 8 + samples.length, 4);
  head.write("WAVEfmt ", 8, "latin1");
  head.writeUInt32LE(16, 16);
  head.writeUInt16LE(PCM, 20);
  head.writeUInt16LE(1, 22);
  head.writeUInt32LE(rate, 24);
  head.writeUInt32LE(rate * frame, 28);
  head.writeUInt16LE(frame, 32);
  head.writeUInt16LE(BITS, 34);
  head.write("data", 36, "latin1");
  head.writeUInt32LE(samples.length, 40);
  return Buffer.concat([head, samples]);
}
