import type { Json, ParamOp } from "#channels/override-fields.ts";
import { linearPattern } from "#platform/linear-pattern.ts";
import { RelayError } from "#relay/errors.ts";
import { compileCondition, PATTERN_TEXT_MAX } from "#relay/policy/conditions.ts";
import type { RequestFacts, Test } from "#relay/policy/conditions.ts";
import { partsOf, putAt, removeAt, valueAt } from "#relay/policy/json-pointer.ts";
import type { Tree } from "#relay/policy/json-pointer.ts";

/** An operator's changes of what a channel is sent, ready to be made. */
export type ParamOverride = Readonly<{
  /**
   * Makes the changes in place. @returns codes of what was really changed, such as `set:/temperature`
   * @throws RelayError unsupported_parameter with the operator's words, where a rule refuses the request
   */
  apply(body: Tree, facts: RequestFacts): readonly string[];
  /** Where all of it concerns whole members of the body alone: what it comes to, without reading the body. `undefined` = left out. */
  members?: ReadonlyMap<string, string | undefined>;
  /** May change how much an answer can cost: what is set aside for it depends on the body as it is sent. */
  money: boolean;
}>;

/** How much of an answer, and of how many, and at which tier; Google's and others' names too. */
const MONEY = /^\/(?:max_tokens|max_completion_tokens|max_output_tokens|n|best_of|service_tier|serviceTier|generationConfig|inferenceConfig|options|num_generations|stream|stream_options|tools|messages|input|system|contents|prompt|instructions)(?:\/|$)/;

type Step = Readonly<{ code: string; test?: Test; change(body: Tree): boolean }>;

/** Prepares a list of changes, as it was accepted by `paramOpsField`. */
export function compileParamOverride(ops: readonly ParamOp[]): ParamOverride {
  const steps = ops.map(toStep);
  const members = plainMembers(ops);
  return {
    apply(body, facts) {
      const changed: string[] = [];
      for (const { code, test, change } of steps) {
        if ((test === undefined || test(body, facts)) && change(body)) changed.push(code);
      }
      return changed;
    },
    ...(members && { members }),
    money: ops.some((op) => op.op !== "reject" && (MONEY.test(op.path) || ("to" in op && MONEY.test(op.to)))),
  };
}

/** Changes that need nothing of the body: they can be spliced in. */
function plainMembers(ops: readonly ParamOp[]): ReadonlyMap<string, string | undefined> | undefined {
  const members = new Map<string, string | undefined>();
  for (const op of ops) {
    if ((op.op !== "set" && op.op !== "delete") || op.when !== undefined) return undefined;
    const [name, ...below] = partsOf(op.path);
    if (below.length > 0) return undefined;
    members.set(name!, op.op === "set" ? JSON.stringify(op.value) : undefined);
  }
  return members.size > 0 ? members : undefined;
}

function toStep(op: ParamOp): Step {
  const test = op.when && compileCondition(op.when);
  return { code: op.op === "reject" ? "reject" : `${op.op}:${op.path}`, ...(test && { test }), change: changeOf(op) };
}

function changeOf(op: ParamOp): Step["change"] {
  if (op.op === "reject") {
    return () => {
      throw new RelayError("unsupported_parameter", op.message);
    };
  }
  const parts = partsOf(op.path);
  switch (op.op) {
    case "set":
      return (body) => putAt(body, parts, copyOf(op.value));
    case "set_if_absent":
      return (body) => valueAt(body, parts) === undefined && putAt(body, parts, copyOf(op.value));
    case "delete":
      return (body) => removeAt(body, parts);
    case "rename": case "copy":
      return (body) => move(body, parts, partsOf(op.to), op.op === "rename");
    case "append": case "prepend":
      return (body) => extend(body, parts, op.value, op.op === "append");
    case "replace":
      return (body) => rewrite(body, parts, (text) => text.replaceAll(op.find, () => op.with));
    case "regex_replace": {
      const pattern = linearPattern(op.find);
      return (body) => rewrite(body, parts, (text) => (text.length > PATTERN_TEXT_MAX ? text : pattern.replace(text, op.with)));
    }
    case "clamp":
      return (body) => {
        const value = valueAt(body, parts);
        if (typeof value !== "number") return false;
        const within = Math.min(Math.max(value, op.min ?? -Infinity), op.max ?? Infinity);
        return within !== value && putAt(body, parts, within);
      };
  }
}

function move(body: Tree, from: readonly string[], to: readonly string[], away: boolean): boolean {
  const value = valueAt(body, from);
  if (value === undefined || !putAt(body, to, copyOf(value))) return false;
  if (away) removeAt(body, from);
  return true;
}

/** Text is joined to text; to a list, a value is added, or each of a list of values. */
function extend(body: Tree, parts: readonly string[], value: Json, behind: boolean): boolean {
  const there = valueAt(body, parts);
  if (typeof there === "string" && typeof value === "string") return putAt(body, parts, behind ? there + value : value + there);
  if (!Array.isArray(there)) return false;
  const added: readonly Json[] = Array.isArray(value) ? (copyOf(value) as readonly Json[]) : [copyOf(value)];
  return putAt(body, parts, behind ? [...(there as Json[]), ...added] : [...added, ...(there as Json[])]);
}

function rewrite(body: Tree, parts: readonly string[], write: (text: string) => string): boolean {
  const text = valueAt(body, parts);
  if (typeof text !== "string") return false;
  const written = write(text);
  return written !== text && putAt(body, parts, written);
}

/** What one request changes must not be seen by the next. */
const copyOf = (value: Json): Json => (typeof value === "object" && value !== null ? structuredClone(value) : value) as Json;
