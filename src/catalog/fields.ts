import { z } from "zod";
import { ppm, type Ppm } from "#money/amount.ts";

// What may stand in the fields of models and groups, whoever fills them in: store file, back office or import.

/** What a model can be sold for. */
export const ENDPOINTS = ["chat", "responses", "messages", "gemini", "embeddings", "images", "audio", "moderations", "rerank", "realtime", "tasks"] as const;

export const nameField = (max: number) =>
  z.string({ error: "must be text" }).trim().min(1, "must not be empty").max(max).refine((text) => !/[\p{Cc}\p{Cf}]/u.test(text), "must not hold control characters");

/** Names of models: what clients send, so no blanks and nothing that breaks an address. */
export const modelNameField = z.string({ error: "must be text" }).regex(/^[^\s\p{Cc}?#*]{1,200}$/u, "must be 1 to 200 characters without blanks, ?, # and *");

/** What can be sold: a model's name, or with a `*` at its end the beginning of all names that are passed on. */
export const soldNameField = z.string({ error: "must be text" }).regex(/^[^\s\p{Cc}?#*]{0,199}[^\s\p{Cc}?#]$/u, "must be 1 to 200 characters without blanks, ? and #; a * may stand at the end");

export const countField = (min: number, max: number) => z.number({ error: "must be a whole number" }).int("must be a whole number").min(min).max(max);

/** A factor such as 0.8, in parts per million; 0 to 1000 with at most six decimals. Decimals come as text from YAML and forms, as numbers from JSON. */
export const ratioField = z.union([z.string(), z.number()], { error: "must be a number" }).transform(String).transform((text, context): Ppm => {
  const match = /^(\d{1,4})(?:\.(\d{1,6}))?$/.exec(text.trim());
  const value = match ? Number(match[1]) * 1_000_000 + Number((match[2] ?? "").padEnd(6, "0")) : NaN;
  if (!(value <= 1_000_000_000)) {
    context.addIssue({ code: "custom", message: "must be a number from 0 to 1000 with at most six decimals" });
    return z.NEVER;
  }
  return ppm(value);
});

/** Why a request may go on to another model. */
export const FALLBACK_CAUSES = ["unavailable", "rate", "context", "content_policy"] as const;
const FALLBACKS_MAX = 4;

const causesField = z.array(z.enum(FALLBACK_CAUSES)).min(1, "must name at least one cause").transform((causes) => FALLBACK_CAUSES.filter((cause) => causes.includes(cause)));

/** Who takes a model's place: names, or names with the causes. A name alone stands in for a model that is out of reach or busy. */
const fallbacksField = z.array(z.union([
  modelNameField.transform((model) => ({ model, on: ["unavailable", "rate"] as (typeof FALLBACK_CAUSES)[number][] })),
  z.strictObject({ model: modelNameField, on: causesField }),
], { error: "must be a model's name or { model, on }" })).max(FALLBACKS_MAX, `must name at most ${FALLBACKS_MAX} models`);

export const EFFORTS = ["none", "minimal", "low", "medium", "high", "xhigh"] as const;

/** A model that is another one with parameters set. Its price is its own; whoever serves the other serves it. */
const presetField = z.strictObject({
  model: modelNameField,
  /** An effort, or tokens to think with. */
  reasoning: z.union([z.enum(EFFORTS), countField(0, 1_000_000)], { error: `must be one of ${EFFORTS.join(", ")}, or a number of tokens` }).optional(),
  max_tokens: countField(1, 10_000_000).optional(),
  temperature: z.number().min(0).max(2).optional(),
  top_p: z.number().min(0).max(1).optional(),
});

export const modelField = {
  name: nameField(200),
  vendor: z.string().regex(/^[a-z0-9][a-z0-9._-]{0,63}$/, "must be a short lower-case name"),
  tokens: countField(1, 100_000_000),
  endpoints: z.array(z.enum(ENDPOINTS)),
  aliases: z.array(modelNameField),
  fallbacks: fallbacksField,
  preset: presetField,
} as const;

export const groupField = {
  name: nameField(64),
  ratio: ratioField,
  /** Names of the groups that serve its members, the preferred one first. */
  auto: z.array(nameField(64)).max(10, "must name at most 10 groups").refine((names) => new Set(names).size === names.length, "must name no group twice"),
} as const;
