import { cn } from "#ui/kit/cn.ts";

/** The eighth is grey and stands for "other". */
const TONES = 7;
/** Chosen so that the vendors met most often get tints of their own. */
const START = 14_719;
const SIZES = { 20: "mark-20", 24: "mark-24", 32: "mark-32", 40: "mark-40" } as const;

/** FNV-1a with another start, folded so that all its bits count. */
function hash(name: string): number {
  const mixed = [...name].reduce((sum, letter) => Math.imul(sum ^ (letter.codePointAt(0) ?? 0), 16_777_619), START) >>> 0;
  return (mixed ^ (mixed >>> 15)) >>> 0;
}

/** A letter in a tinted square; the tint follows from the name, so it is the same on every page. */
export function VendorMark({ name, size = 24 }: { name: string; size?: keyof typeof SIZES }) {
  return (
    <span className={cn("mark", SIZES[size], `mark-${(hash(name.toLowerCase()) % TONES) + 1}`)} aria-hidden="true">
      {[...name][0]?.toUpperCase() ?? "·"}
    </span>
  );
}
