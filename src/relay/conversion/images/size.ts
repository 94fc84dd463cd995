import type { Loss } from "#relay/canonical/losses.ts";

/** A size in pixels. */
export type Size = Readonly<{ width: number; height: number }>;

const OFF_BY = 0.05;

/** `1024x1536`, or `1024*1536` as some write it; undefined for `auto` and words that name no size. */
export function sizeOf(text: string | undefined): Size | undefined {
  const match = /^(\d{2,5})[x*](\d{2,5})$/i.exec(text ?? "");
  return match ? { width: Number(match[1]), height: Number(match[2]) } : undefined;
}

const RATIO = /^(\d{1,3}):(\d{1,3})$/;
const valueOf = (ratio: string): number => {
  const [, wide, high] = RATIO.exec(ratio)!;
  return Number(wide) / Number(high);
};

/** The nearest of the shapes that a model makes. A shape that is asked for by name is kept where the model has it. */
export function nearestRatio(wanted: Size | string, ratios: readonly string[], warn: (code: Loss) => void): string {
  if (typeof wanted === "string" && ratios.includes(wanted)) return wanted;
  const value = typeof wanted === "string" ? valueOf(wanted) : wanted.width / wanted.height;
  return nearest(value, ratios, valueOf, warn);
}

/** The nearest by shape of the sizes that a model makes. */
export function nearestSize({ width, height }: Size, sizes: readonly string[], warn: (code: Loss) => void): string {
  if (sizes.includes(`${width}x${height}`)) return `${width}x${height}`;
  const pixels = width * height;
  const byShape = (size: string): number => sizeOf(size)!.width / sizeOf(size)!.height;
  const best = nearest(width / height, sizes, byShape, warn);
  // Several may have the same shape: the one of about as many pixels.
  const same = sizes.filter((size) => byShape(size) === byShape(best));
  return same.toSorted((a, b) => Math.abs(sizeOf(a)!.width * sizeOf(a)!.height - pixels) - Math.abs(sizeOf(b)!.width * sizeOf(b)!.height - pixels))[0]!;
}

function nearest(value: number, candidates: readonly string[], shape: (candidate: string) => number, warn: (code: Loss) => void): string {
  const distance = (candidate: string): number => Math.abs(Math.log(shape(candidate) / value));
  const best = candidates.toSorted((a, b) => distance(a) - distance(b))[0]!;
  if (Math.abs(shape(best) / value - 1) > OFF_BY) warn("size_adjusted");
  return best;
}

export const isRatio = (text: string): boolean => RATIO.test(text);
