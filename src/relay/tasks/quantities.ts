import type { Quantities } from "#money/usage.ts";
import type { TaskKind } from "#relay/tasks/task.ts";

/** What a task makes or is to make, as far as a price may go by it. */
export type Made = Readonly<{ kind: TaskKind; count: number; seconds?: number | undefined; resolution?: string | undefined; /** Undefined = it is not known. */ sound?: boolean | undefined; tokens?: number | undefined }>;

const MS = 1_000;
/** Ends of the names of prices that go by whether a video sounds: `video_ms:720p-sound`, `video_ms:silent`. */
const SOUND = "sound", SILENT = "silent";
const VIDEO = /^(video(?:_ms)?)(?::(.*))?$/;

/** In the price book's words; those that the price does not know cost nothing. */
export function madeQuantities({ kind, count, seconds, resolution, sound, tokens }: Made): Quantities {
  const quantities: Record<string, number> = { request: 1 };
  const word = [resolution, sound === undefined ? undefined : sound ? SOUND : SILENT].filter((part) => part !== undefined).join("-");
  const named = (item: string): string => (word === "" ? item : `${item}:${word}`);
  if (kind === "video") {
    if (seconds !== undefined && seconds > 0) quantities[named("video_ms")] = Math.ceil(seconds * MS) * count;
    quantities[named("video")] = count;
  }
  if (kind === "image") quantities.image = count;
  if (tokens !== undefined && tokens > 0) quantities.output = Math.ceil(tokens);
  return quantities;
}

/**
 * Videos under the names that a price has for them: of one with sound its own, else that of its resolution, else of its
 * sound, else of any video. A price that knows one kind only holds for the other too, and the dearest does where it is
 * not known whether the video sounds: none is made for nothing.
 */
export function pricedAs(prices: Readonly<Record<string, bigint>>, quantities: Quantities): Quantities {
  return Object.fromEntries(Object.entries(quantities).map(([item, quantity]) => [priceName(prices, item) ?? item, quantity]));
}

function priceName(prices: Readonly<Record<string, bigint>>, item: string): string | undefined {
  const found = VIDEO.exec(item);
  if (!found) return undefined;
  const [, family = "", rest = ""] = found;
  const [resolution, sound] = apart(rest);
  const has = (name: string): boolean => prices[name] !== undefined;
  const own = (kind: string): readonly string[] => [...(resolution === "" ? [] : [`${family}:${resolution}-${kind}`]), `${family}:${kind}`];
  const plain = resolution === "" ? family : `${family}:${resolution}`;
  if (sound === undefined) {
    return [plain, family].find(has) ?? [SOUND, SILENT].flatMap(own).filter(has).sort((a, b) => (prices[a]! < prices[b]! ? 1 : -1))[0];
  }
  const [exact, ...wider] = own(sound), other = own(sound === SOUND ? SILENT : SOUND);
  return [exact!, plain, ...wider, family, ...other].find(has);
}

/** `720p-sound` as resolution and sound. */
function apart(word: string): readonly [resolution: string, sound: string | undefined] {
  const found = /^(?:(.*)-)?(sound|silent)$/.exec(word);
  return found ? [found[1] ?? "", found[2]] : [word, undefined];
}

/** What a video may cost at most, with sound or without. */
export function dearestSound(prices: Readonly<Record<string, bigint>>, made: Made): Quantities {
  const sum = (quantities: Quantities): bigint => Object.entries(quantities).reduce((all, [item, quantity]) => all + (prices[item] ?? 0n) * BigInt(quantity), 0n);
  const each = [undefined, true, false].map((sound) => pricedAs(prices, madeQuantities({ ...made, sound })));
  return each.reduce((most, one) => (sum(one) > sum(most) ? one : most));
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
  // A word that ends as names of sound do would choose its own price.
  if (word !== undefined && /^[\w.-]{1,20}$/.test(word) && apart(word)[1] === undefined) return /^\d+$/.test(word) ? `${word}p` : word;
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
