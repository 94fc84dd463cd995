import { plainNumber } from "#relay/canonical/plain.ts";
import type { Json } from "#relay/canonical/request.ts";
import { isWire } from "#relay/dialects/anthropic/wire.ts";

/** Keywords that the vendor's structured output refuses. What they demand is said in words instead. */
const REFUSED = new Set([
  "minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf", "minLength", "maxLength", "maxItems", "uniqueItems",
  "minProperties", "maxProperties", "patternProperties", "propertyNames", "contains", "minContains", "maxContains",
]);
/** Members whose own members are named by the client. */
const NAMED = new Set(["properties", "$defs", "definitions"]);
const MIN_ITEMS_KNOWN = 1;

/** A schema as structured output takes it: closed objects, and only the keywords that it knows. */
export function strictSchema(schema: Json): Json {
  if (Array.isArray(schema)) return (schema as readonly Json[]).map(strictSchema);
  if (!isWire(schema)) return schema;
  const kept: Record<string, Json> = {};
  const said: string[] = [];
  for (const [key, value] of Object.entries(schema)) {
    if (REFUSED.has(key) || (key === "minItems" && plainNumber(value) > MIN_ITEMS_KNOWN)) said.push(`${key}: ${JSON.stringify(value)}`);
    else if (NAMED.has(key) && isWire(value)) kept[key] = Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, strictSchema(inner)]));
    else if (key === "enum" || key === "const" || key === "default" || key === "required" || key === "examples") kept[key] = value;
    else if (key === "oneOf") kept.anyOf = strictSchema(value);
    else kept[key] = strictSchema(value);
  }
  if (kept.type === "object" || kept.properties !== undefined) kept.additionalProperties = false;
  if (said.length > 0) kept.description = [kept.description, `{${said.join(", ")}}`].filter((text) => typeof text === "string").join("\n\n");
  return kept;
}
