/** OpenAI hears ten tokens a second. */
export const INPUT_AUDIO_TOKENS_PER_S = 10;
/** And speaks 1,250 a minute. */
export const OUTPUT_AUDIO_TOKENS_PER_S = 1_250 / 60;

/** Speech comes at about this many bytes a second where nothing in it says so: MP3 at 128 kbit/s, and PCM of 24 kHz in 16 bits. */
const BYTES_PER_S: Readonly<Record<string, number>> = { pcm: 48_000, wav: 48_000, flac: 24_000, opus: 6_000, aac: 12_000 };
const BYTES_PER_S_MP3 = 16_000;

/** The media types of spoken answers, where the vendor does not say. */
const TYPES: Readonly<Record<string, string>> = {
  mp3: "audio/mpeg", opus: "audio/opus", aac: "audio/aac", flac: "audio/flac", wav: "audio/wav", pcm: "audio/pcm",
};

export const speechType = (format: string | undefined): string => TYPES[format ?? "mp3"] ?? "application/octet-stream";

/** How long so many bytes of speech last, in milliseconds. @param bitrate read from the sound itself, in bit/s */
export function speechMs(bytes: number, format: string | undefined, bitrate?: number): number {
  const perSecond = bitrate === undefined ? BYTES_PER_S[format ?? "mp3"] ?? BYTES_PER_S_MP3 : bitrate / 8;
  return Math.ceil((bytes / perSecond) * 1000);
}
