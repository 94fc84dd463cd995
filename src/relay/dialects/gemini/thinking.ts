import type { Warn } from "#relay/canonical/codec.ts";
import type { Effort, Reasoning } from "#relay/canonical/request.ts";
import type { Wire } from "#relay/dialects/gemini/wire.ts";

/** How a model is told to think: by a level, by a budget of tokens, or not at all. */
type Thinker =
  | Readonly<{ by: "level"; levels: readonly Level[] }>
  | Readonly<{ by: "budget"; least: number; most: number; canRest: boolean }>
  | Readonly<{ by: "none" }>;
type Level = "minimal" | "low" | "medium" | "high";

const SHARE: Readonly<Record<Effort, number>> = { none: 0, minimal: 0.02, low: 0.1, medium: 0.3, high: 0.6, xhigh: 0.9, max: 0.95 };
const LEVEL: Readonly<Record<Effort, Level>> = { none: "minimal", minimal: "minimal", low: "low", medium: "medium", high: "high", xhigh: "high", max: "high" };
const MINIMAL_BUDGET = 512;
const OUTPUT_MAX = 65_536;

/** By the vendor's name of the model; one that is not known is taken for the newest kind. */
function thinkerOf(model: string): Thinker {
  const name = model.toLowerCase();
  if (/gemma|gemini-(?:1|2\.0)|embedding|imagen|-tts|2\.5-flash-image|learnlm/.test(name)) return { by: "none" };
  if (/gemini-2\.5-pro/.test(name)) return { by: "budget", least: 128, most: 32_768, canRest: false };
  if (/gemini-2\.5-flash-lite/.test(name)) return { by: "budget", least: 512, most: 24_576, canRest: true };
  if (/gemini-2\.5|robotics/.test(name)) return { by: "budget", least: 0, most: 24_576, canRest: true };
  if (/gemini-3-pro/.test(name)) return { by: "level", levels: ["low", "high"] };
  if (/gemini-3(?:\.\d+)?-pro/.test(name)) return { by: "level", levels: ["low", "medium", "high"] };
  return { by: "level", levels: ["minimal", "low", "medium", "high"] };
}

/**
 * The third generation and later: calls in the history must be signed, results may hold media, functions stand beside
 * built-in tools and forms of the answer.
 */
export const isThirdGeneration = (model: string): boolean => thinkerOf(model).by === "level";

/** `thinkingConfig`; undefined where nothing is to be said. A budget and a level never stand together. */
export function encodeThinking(reasoning: Reasoning | undefined, model: string, maxOutput: number | undefined, warn: Warn): Wire | undefined {
  if (!reasoning) return undefined;
  const thinker = thinkerOf(model);
  if (thinker.by === "none") {
    if (reasoning.effort !== "none" && reasoning.budget !== 0) warn("reasoning_dropped");
    return undefined;
  }
  const shown = reasoning.expose === "none" ? {} : { includeThoughts: true };
  const amount = thinker.by === "level" ? levelOf(reasoning, thinker.levels, maxOutput) : budgetOf(reasoning, thinker, maxOutput);
  const config = { ...amount, ...shown };
  return Object.keys(config).length === 0 ? undefined : config;
}

function levelOf({ effort, budget, adaptive }: Reasoning, levels: readonly Level[], maxOutput: number | undefined): Wire {
  const wanted = effort ?? (adaptive || budget === undefined || budget < 0 ? undefined : effortOf(budget, maxOutput ?? OUTPUT_MAX));
  if (wanted === undefined) return {};
  const level = LEVEL[wanted];
  const order: readonly Level[] = ["minimal", "low", "medium", "high"];
  // A level that the model lacks is rounded up, as a weaker answer would surprise more than a slower one.
  const found = order.slice(order.indexOf(level)).find((candidate) => levels.includes(candidate)) ?? "high";
  return { thinkingLevel: found };
}

function budgetOf({ effort, budget, adaptive }: Reasoning, { least, most, canRest }: Thinker & { by: "budget" }, maxOutput: number | undefined): Wire {
  if (budget === undefined && effort === undefined) return adaptive ? { thinkingBudget: -1 } : {};
  if (budget !== undefined && budget < 0) return { thinkingBudget: -1 };
  if (effort === "none" || budget === 0) return { thinkingBudget: canRest ? 0 : least };
  const wanted = budget ?? (effort === "minimal" ? MINIMAL_BUDGET : Math.round(SHARE[effort!] * (maxOutput ?? OUTPUT_MAX)));
  return { thinkingBudget: Math.min(most, Math.max(least, wanted)) };
}

function effortOf(budget: number, maxOutput: number): Effort {
  const share = budget / maxOutput;
  if (budget === 0) return "none";
  return share <= 0.05 ? "minimal" : share <= 0.2 ? "low" : share <= 0.45 ? "medium" : "high";
}

/** What a client asked for in `thinkingConfig`. Thoughts are told as summaries, and only when asked for. */
export function decodeThinking(config: Wire): Reasoning {
  const level = typeof config.thinkingLevel === "string" ? config.thinkingLevel.toLowerCase() : undefined;
  const budget = typeof config.thinkingBudget === "number" ? config.thinkingBudget : undefined;
  const effort = level === "minimal" || level === "low" || level === "medium" || level === "high" ? level : budget === 0 ? "none" : undefined;
  return {
    expose: config.includeThoughts === true ? "summary" : "none",
    ...(effort === undefined ? {} : { effort }),
    ...(budget === undefined || budget === 0 ? {} : { budget }),
    ...(budget === -1 ? { adaptive: true } : {}),
  };
}
