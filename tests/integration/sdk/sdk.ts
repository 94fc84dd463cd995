import type { Shop } from "../relay/shop.ts";

/** What a client is to ask for, in whatever words its library has. */
export type Ask = Readonly<{
  stream: boolean;
  tools?: boolean;
  schema?: boolean;
  image?: boolean;
  think?: boolean;
  signal?: AbortSignal;
  /** Told of the first words that come. */
  onText?: () => void;
}>;

/** What came back in one turn, whatever the library's words for it. */
export type Heard = Readonly<{ text: string; thought: string; calls: readonly (readonly [name: string, given: unknown])[]; tokens: readonly [input: number | undefined, output: number | undefined] }>;

/** An official library, unchanged but for address and key. It answers calls of tools itself: each turn is one `Heard`. */
export type Sdk = Readonly<{ name: string; converse(shop: Shop, ask: Ask): Promise<readonly Heard[]>; /** The status that an error of the library's stands for. */ statusOf(error: unknown): number | undefined }>;

export const MODEL = "gpt-test";
/** Libraries that know models by their names and write for each what it can. */
export const ALIASES = { openai: "gpt-5", anthropic: "claude-sonnet-4-5", google: "gemini-2.5-flash" } as const;
export const QUESTION = "What is the weather like, and what time is it?";
export const DESCRIPTION = "Tells the weather of a town";
export const RESULTS: Readonly<Record<string, string>> = { weather: "12 degrees and rain", clock: "a quarter past nine" };
const TOWN = { type: "object", properties: { town_asked_for: { type: "string" } }, required: ["town_asked_for"], additionalProperties: false } as const;
export const TOOLS = [{ name: "weather", description: DESCRIPTION, schema: TOWN }, { name: "clock", description: "Tells the time", schema: { type: "object", properties: {}, additionalProperties: false } as const }] as const;
export const SCHEMA = { type: "object", properties: { answer_in_short: { type: "string" } }, required: ["answer_in_short"], additionalProperties: false } as const;
/** One white point. */
export const PNG = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mP8/5+hHgAHggJ/PchI7wAAAABJRU5ErkJggg==";
export const MAX_TOKENS = 4_000;

export const resultOf = (name: string): string => RESULTS[name] ?? "no such tool";
export const parse = (text: string): unknown => JSON.parse(text === "" ? "{}" : text) as unknown;

/** Turns until one calls no tool; at most a few, lest a fault turns in circles. */
export async function turns(next: (heard: Heard | undefined) => Promise<Heard>): Promise<readonly Heard[]> {
  const all: Heard[] = [];
  do all.push(await next(all.at(-1)));
  while (all.at(-1)!.calls.length > 0 && all.length < 4);
  return all;
}
