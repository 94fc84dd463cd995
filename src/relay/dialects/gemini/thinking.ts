import type { Warn } from "#relay/canonical/codec.ts";
import {
  budgetOf, effortOf, GEMINI_FLASH_BUDGET, GEMINI_FLASH_LITE_BUDGET, GEMINI_PRO_BUDGET, nearestEffort, type BudgetRange,
} from "#relay/canonical/effort.ts";
import type { Effort, Reasoning } from "#relay/canonical/request.ts";
import type { Wire } from "#relay/dialects/gemini/wire.ts";

/** How a model is told to think: by a level, by a budget of tokens, or not at all. */
type Thinker =
  | Readonly<{ by: "level"; levels: readonly Level[] }>
  | Readonly<{ by: "budget"; range: BudgetRange }>
  | Readonly<{ by: "none" }>;
type Level = Extract<Effort, "minimal" | "low" | "medium" | "high">;

/** Told in tokens, not as a share: thinking of this kind is always short. */
const MINIMAL_BUDGET = 512;

/** By the vendor's name of the model; one that is not known is taken for the newest kind. */
function thinkerOf(model: string): Thinker {
  const name = model.toLowerCase();
  if (/gemma|gemini-(?:1|2\.0)|embedding|imagen|-tts|2\.5-flash-image|learnlm/.test(name)) return { by: "none" };
  if (/gemini-2\.5-pro/.test(name)) return { by: "budget", range: GEMINI_PRO_BUDGET };
  if (/gemini-2\.5-flash-lite/.test(name)) return { by: "budget", range: GEMINI_FLASH_LITE_BUDGET };
  if (/gemini-2\.5|robotics/.test(name)) return { by: "budget", range: GEMINI_FLASH_BUDGET };
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
  const amount = thinker.by === "level" ? levelOf(reasoning, thinker.levels, maxOutput) : budgetFor(reasoning, thinker.range, maxOutput);
  const config = { ...amount, ...shown };
  return Object.keys(config).length === 0 ? undefined : config;
}

function levelOf(reasoning: Reasoning, levels: readonly Level[], maxOutput: number | undefined): Wire {
  const effort = effortOf(reasoning, maxOutput);
  const level = effort && nearestEffort(effort, levels);
  return level === undefined ? {} : { thinkingLevel: level.toUpperCase() };
}

function budgetFor(reasoning: Reasoning, range: BudgetRange, maxOutput: number | undefined): Wire {
  const { effort, budget, adaptive } = reasoning;
  if (effort === undefined && budget === undefined) return adaptive ? { thinkingBudget: -1 } : {};
  if (effort === "minimal" && budget === undefined) return { thinkingBudget: Math.max(range.min, MINIMAL_BUDGET) };
  return { thinkingBudget: budgetOf(reasoning, maxOutput, range) };
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
