import type { Effort } from "#relay/canonical/request.ts";

/** What a model thought, sealed: to be asked for where nothing is kept at the vendor's. */
export const SEALED_REASONING = "reasoning.encrypted_content";

const bare = (model: string): string => model.replace(/^.*\//, "");

const REASONS = /^(?:o[1-9]|gpt-(?:[5-9]|[1-9]\d)(?!\.?\d*-chat)|codex|grok-(?:4(?!.*non-reasoning)|3-mini))/i;

/** Is it known to reason? Others refuse to be asked for reasoning they do not have. */
export const doesReason = (model: string): boolean => REASONS.test(bare(model));

const EFFORTS: readonly (readonly [models: RegExp, efforts: readonly Effort[]])[] = [
  [/^o[1-9]/, ["low", "medium", "high"]],
  [/^gpt-5(?![.\d])/, ["minimal", "low", "medium", "high"]],
  [/^gpt-5\.1(?!\d)(?!.*codex-max)/, ["none", "low", "medium", "high"]],
  [/^gpt-(?:5\.|[6-9]|[1-9]\d)/, ["none", "low", "medium", "high", "xhigh"]],
];
const COMMON_EFFORTS: readonly Effort[] = ["none", "minimal", "low", "medium", "high"];

/** The efforts that a model knows. */
export const knownEfforts = (model: string): readonly Effort[] => EFFORTS.find(([models]) => models.test(bare(model)))?.[1] ?? COMMON_EFFORTS;
