import { formatCount, formatPerMillion, formatPerPiece } from "#ui/format/index.ts";
import type { ConsoleOutputs } from "#ui/trpc/outputs.ts";

export type OwnReceipt = ConsoleOutputs["requests"]["receipt"]["receipt"];
export type Line = OwnReceipt["lines"][number];

const TOKENS = /^(?:input|output|reasoning|cache_read|cache_write_5m|cache_write_1h|input_audio|input_image|input_video|cache_read_audio|output_audio|output_image)(?::over_\d+)?$/;
const NANO_IN_PICO = 1_000n;
const MS_A_SECOND = 1_000n;

export type Unit = "tokens" | "seconds" | "pieces";

/** How a line is counted for people: tokens by the million, sound and video by the second, the rest by the piece. */
export const unitOf = (item: string): Unit => (TOKENS.test(item) ? "tokens" : /_ms(?::|$)/.test(item) ? "seconds" : "pieces");

/** A price of a line as text without its unit; exact. */
export function priceText(pico: bigint, item: string): string {
  const unit = unitOf(item);
  if (unit === "tokens") return formatPerMillion(pico);
  return formatPerPiece(unit === "seconds" ? pico * MS_A_SECOND : pico);
}

export const quantityText = (quantity: number, item: string): string =>
  unitOf(item) === "seconds" ? `${formatCount(Math.floor(quantity / 1_000))}.${String(quantity % 1_000).padStart(3, "0")} s` : formatCount(quantity);

/** USD of a line with all of its up to twelve decimals, two at least. */
export const amountText = (pico: bigint): string => formatPerPiece(pico);
export const chargeText = (nano: bigint): string => formatPerPiece(nano * NANO_IN_PICO);

/** The digits that are missing so that points stand below each other: shown invisible. */
export function padding(texts: readonly string[]): (text: string) => string {
  const decimals = (text: string): number => text.length - 1 - text.indexOf(".");
  const most = Math.max(0, ...texts.map(decimals));
  return (text) => "0".repeat(most - decimals(text));
}

/** The name of an item in the words of `requests.items`, and what stands behind its colon. */
export function itemName(item: string): { name: string; detail: string | undefined } {
  const over = /^(.*):over_(\d+)$/.exec(item);
  if (over) return { name: over[1]!, detail: `> ${formatCount(Number(over[2]))}` };
  const [name = item, ...rest] = item.split(":");
  return { name, detail: rest.length > 0 ? rest.join(" ") : undefined };
}
