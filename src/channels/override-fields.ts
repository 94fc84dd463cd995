import { z } from "zod";
import { linearPattern } from "#platform/linear-pattern.ts";

// Changes of a request that an operator writes down as data. Bounds keep what one request can cost small.

export const OPS_MAX = 50;
const CONDITIONS_MAX = 100;
const DEPTH_MAX = 5;
const PATTERN_MAX = 300;
const TEXT_MAX = 16_384;

export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };

/** Names by which an object's ancestors could be reached. */
const UNSAFE = new Set(["__proto__", "constructor", "prototype"]);

/** A JSON pointer below the root: `/temperature`, `/messages/0/content`; `~1` is a slash, `~0` a tilde. */
const pointer = z.string({ error: "must be a path such as /temperature" }).max(500)
  .regex(/^(?:\/(?:[^~/]|~[01])+)+$/, "must be a path such as /temperature")
  .refine((path) => !path.split("/").some((part) => UNSAFE.has(part)), "names something that no request has");

const json: z.ZodType<Json> = z.json().refine((value) => JSON.stringify(value).length <= TEXT_MAX, `must be at most ${TEXT_MAX} characters of JSON`) as z.ZodType<Json>;

const pattern = z.string().min(1).max(PATTERN_MAX).superRefine((source, context) => {
  try {
    linearPattern(source);
  } catch {
    context.addIssue({ code: "custom", message: "is no regular expression of the linear kind" });
  }
});

/** What a condition looks at: a place in the body, or a fact of the request. */
const subject = z.union([z.enum(["model", "endpoint", "group"]), pointer], { error: "must be model, endpoint, group or a path such as /temperature" });

export const COMPARISONS = ["eq", "ne", "prefix", "suffix", "contains", "regex", "gt", "lt", "exists"] as const;

const comparison = z.discriminatedUnion("is", [
  z.strictObject({ field: subject, is: z.enum(["eq", "ne"]), value: json }),
  z.strictObject({ field: subject, is: z.enum(["prefix", "suffix", "contains"]), value: z.string().min(1).max(TEXT_MAX) }),
  z.strictObject({ field: subject, is: z.literal("regex"), value: pattern }),
  z.strictObject({ field: subject, is: z.enum(["gt", "lt"]), value: z.number() }),
  z.strictObject({ field: subject, is: z.literal("exists"), value: z.boolean().default(true) }),
]);

export type Comparison = z.output<typeof comparison>;
export type Condition = Comparison | Readonly<{ all: readonly Condition[] }> | Readonly<{ any: readonly Condition[] }> | Readonly<{ not: Condition }>;

const nested: z.ZodType<Condition> = z.lazy(() => z.union([
  z.strictObject({ all: z.array(nested).min(1).max(20) }),
  z.strictObject({ any: z.array(nested).min(1).max(20) }),
  z.strictObject({ not: nested }),
  comparison,
]));

const condition = nested.superRefine((given, context) => {
  if (depthOf(given) > DEPTH_MAX) context.addIssue({ code: "custom", message: `must not be nested deeper than ${DEPTH_MAX}` });
});

const when = { when: condition.optional() };

export const OPS = ["set", "set_if_absent", "delete", "rename", "copy", "append", "prepend", "replace", "regex_replace", "clamp", "reject"] as const;

const op = z.discriminatedUnion("op", [
  z.strictObject({ op: z.enum(["set", "set_if_absent", "append", "prepend"]), path: pointer, value: json, ...when }),
  z.strictObject({ op: z.literal("delete"), path: pointer, ...when }),
  z.strictObject({ op: z.enum(["rename", "copy"]), path: pointer, to: pointer, ...when }),
  z.strictObject({ op: z.literal("replace"), path: pointer, find: z.string().min(1).max(TEXT_MAX), with: z.string().max(TEXT_MAX), ...when }),
  z.strictObject({ op: z.literal("regex_replace"), path: pointer, find: pattern, with: z.string().max(TEXT_MAX), ...when })
    .refine((given) => namesGroups(given.find, given.with), { path: ["with"], message: "names a group that the expression does not have" }),
  z.strictObject({ op: z.literal("clamp"), path: pointer, min: z.number().optional(), max: z.number().optional(), ...when })
    .refine(({ min, max }) => (min !== undefined || max !== undefined) && (min === undefined || max === undefined || min <= max), "needs a min or a max, and the min must not be above the max"),
  z.strictObject({ op: z.literal("reject"), message: z.string().min(1).max(500), ...when }),
]);

export type ParamOp = z.output<typeof op>;

/** The list of changes, in the order in which they are made. */
export const paramOpsField = z.array(op).max(OPS_MAX)
  .refine((ops) => ops.reduce((sum, { when: given }) => sum + (given ? countOf(given) : 0), 0) <= CONDITIONS_MAX, `must hold at most ${CONDITIONS_MAX} conditions`);

function namesGroups(source: string, by: string): boolean {
  let groups: number;
  try {
    groups = linearPattern(source).groups;
  } catch {
    return true; // the expression itself is complained about
  }
  return [...by.matchAll(/\$(\$|&|\d+)?/g)].every(([, name]) => name === "$" || name === "&" || (name !== undefined && Number(name) <= groups));
}

const within = (given: Condition): readonly Condition[] => ("all" in given ? given.all : "any" in given ? given.any : "not" in given ? [given.not] : []);
const depthOf = (given: Condition): number => 1 + Math.max(0, ...within(given).map(depthOf));
const countOf = (given: Condition): number => 1 + within(given).reduce((sum, one) => sum + countOf(one), 0);
