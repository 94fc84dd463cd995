import type { Comparison, Condition, Json } from "#channels/override-fields.ts";
import { linearPattern } from "#platform/linear-pattern.ts";
import { partsOf, valueAt } from "#relay/policy/json-pointer.ts";
import type { Tree } from "#relay/policy/json-pointer.ts";

/** What is known of a request beside its body. */
export type RequestFacts = Readonly<{ /** Public name. */ model: string; endpoint: string; /** Name of the group that is served. */ group: string }>;

/** A condition ready to be asked. */
export type Test = (body: Tree, facts: RequestFacts) => boolean;

/** Longer texts are looked at up to here: a request does not wait for an expression. */
export const PATTERN_TEXT_MAX = 8_192;

export function compileCondition(condition: Condition): Test {
  if ("all" in condition) {
    const tests = condition.all.map(compileCondition);
    return (body, facts) => tests.every((test) => test(body, facts));
  }
  if ("any" in condition) {
    const tests = condition.any.map(compileCondition);
    return (body, facts) => tests.some((test) => test(body, facts));
  }
  if ("not" in condition) {
    const test = compileCondition(condition.not);
    return (body, facts) => !test(body, facts);
  }
  const holds = compileComparison(condition);
  const { field } = condition;
  if (field === "model" || field === "endpoint" || field === "group") return (_body, facts) => holds(facts[field]);
  const parts = partsOf(field);
  return (body) => holds(valueAt(body, parts));
}

function compileComparison(comparison: Comparison): (value: Json | undefined) => boolean {
  switch (comparison.is) {
    case "eq":
      return (value) => value !== undefined && same(value, comparison.value);
    case "ne":
      return (value) => value === undefined || !same(value, comparison.value);
    case "prefix":
      return (value) => typeof value === "string" && value.startsWith(comparison.value);
    case "suffix":
      return (value) => typeof value === "string" && value.endsWith(comparison.value);
    case "contains":
      return (value) => (typeof value === "string" ? value.includes(comparison.value) : Array.isArray(value) && value.includes(comparison.value));
    case "regex": {
      const pattern = linearPattern(comparison.value);
      return (value) => typeof value === "string" && pattern.test(value.slice(0, PATTERN_TEXT_MAX));
    }
    case "gt":
      return (value) => typeof value === "number" && value > comparison.value;
    case "lt":
      return (value) => typeof value === "number" && value < comparison.value;
    case "exists":
      return (value) => (value !== undefined) === comparison.value;
  }
}

/** Equal as JSON; the order of an object's members says nothing. */
function same(a: Json, b: Json): boolean {
  if (a === b) return true;
  if (typeof a !== "object" || typeof b !== "object" || a === null || b === null) return false;
  if (Array.isArray(a) || Array.isArray(b)) return Array.isArray(a) && Array.isArray(b) && a.length === b.length && a.every((one, index) => same(one as Json, b[index] as Json));
  const [left, right] = [a as Tree, b as Tree], names = Object.keys(left);
  return names.length === Object.keys(right).length && names.every((name) => Object.hasOwn(right, name) && same(left[name]!, right[name]!));
}
