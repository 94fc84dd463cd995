import type { Quantities } from "#money/usage.ts";
import type { TaskKind } from "#relay/tasks/task.ts";

/** What a task makes or is to make, as far as a price may go by it. */
export type Made = Readonly<{ kind: TaskKind; count: number; seconds?: number | undefined; resolution?: string | undefined; tokens?: number | undefined }>;

const MS = 1_000;

/** In the price book's words; those that the price does not know cost nothing. */
export function madeQuantities({ kind, count, seconds, resolution, tokens }: Made): Quantities {
  const quantities: Record<string, number> = { request: 1 };
  const named = (item: string): string => (resolution === undefined ? item : `${item}:${resolution}`);
  if (kind === "video") {
    if (seconds !== undefined && seconds > 0) quantities[named("video_ms")] = Math.ceil(seconds * MS) * count;
    quantities[named("video")] = count;
  }
  if (kind === "image") quantities.image = count;
  if (tokens !== undefined && tokens > 0) quantities.output = Math.ceil(tokens);
  return quantities;
}

const SIZE = /^(\d{2,5})\s*[x*×:]\s*(\d{2,5})$/i;

/** Width and height, where a size names them. */
export function pixelsOf(size: string | undefined): Readonly<{ width: number; height: number }> | undefined {
  const found = size === undefined ? null : SIZE.exec(size.trim());
  return found ? { width: Number(found[1]), height: Number(found[2]) } : undefined;
}

/** `720p` of `1280x720`, `720P` or 720: what prices are named by. */
export function resolutionOf(resolution: string | undefined, size: string | undefined): string | undefined {
  const word = (resolution ?? (pixelsOf(size) ? undefined : size))?.trim().toLowerCase();
  if (word !== undefined && /^[\w.-]{1,20}$/.test(word)) return /^\d+$/.test(word) ? `${word}p` : word;
  const pixels = pixelsOf(size);
  return pixels && `${Math.min(pixels.width, pixels.height)}p`;
}

/** `16:9` of `1280x720`. */
export function ratioOf(size: string | undefined): string | undefined {
  const pixels = pixelsOf(size);
  if (!pixels) return undefined;
  const divisor = commonDivisor(pixels.width, pixels.height);
  return `${pixels.width / divisor}:${pixels.height / divisor}`;
}

const commonDivisor = (a: number, b: number): number => (b === 0 ? a : commonDivisor(b, a % b));

const FRAMES_A_SECOND = 24;
const PIXELS_A_TOKEN = 1_024;
const LARGEST = { width: 1_920, height: 1_080 };
const SECONDS_MOST = 15;

/** The most tokens that a vendor counts for a video when it sells by them: the area of all its frames. */
export function mostTokens({ count, seconds }: Pick<Made, "count" | "seconds">, size: string | undefined): number {
  const { width, height } = pixelsOf(size) ?? LARGEST;
  return Math.ceil((width * height * FRAMES_A_SECOND * (seconds ?? SECONDS_MOST)) / PIXELS_A_TOKEN) * count;
}

/** Held for where the client names no length: vendors' defaults are shorter. */
export const SECONDS_UNSAID = 10;
