/** What a colour means; it always comes with a word. */
export type Tone = "neutral" | "ok" | "warn" | "bad" | "info" | "accent";

/** Whole class names, because the style sheet is made of what stands in the source. */
export const TONE_CLASS: Readonly<Record<Tone, string>> = {
  neutral: "tone-neutral", ok: "tone-ok", warn: "tone-warn", bad: "tone-bad", info: "tone-info", accent: "tone-accent",
};
export const TONE_TEXT: Readonly<Record<Tone, string>> = {
  neutral: "text-fg-3", ok: "text-ok", warn: "text-warn", bad: "text-bad", info: "text-info", accent: "text-accent-text",
};
