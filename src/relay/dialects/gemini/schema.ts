import { plainText } from "#relay/canonical/plain.ts";
import { isWire, textOf, wireOf, type Wire } from "#relay/dialects/gemini/wire.ts";

/** Members that go as they are. Everything not named here or treated below is dropped: the vendor refuses what it does not know. */
const KEPT = ["description", "nullable", "minItems", "maxItems", "minLength", "maxLength", "minProperties", "maxProperties", "minimum", "maximum", "pattern", "propertyOrdering"] as const;
const FORMATS: ReadonlySet<unknown> = new Set(["int32", "int64", "float", "double", "date-time", "enum"]);
const TYPES: ReadonlySet<string> = new Set(["STRING", "NUMBER", "INTEGER", "BOOLEAN", "ARRAY", "OBJECT"]);
const ANYTHING: Wire = { type: "OBJECT" };
const DEPTH_MAX = 64;
/** References written out may multiply without end; beyond this many schemas any object is meant. */
const SCHEMAS_MAX = 5_000;

type Place = Readonly<{ root: Wire; open: ReadonlySet<unknown>; depth: number; written: { count: number } }>;

/**
 * A JSON Schema in the part of OpenAPI's that the vendor takes: references written out (a circle becomes any object),
 * `allOf` merged, `oneOf` as `anyOf`, types with null as `nullable`, constants as enumerations.
 */
export const cleanSchema = (schema: unknown): Wire => clean(schema, { root: wireOf(schema), open: new Set(), depth: 0, written: { count: 0 } });

/** Whether there is anything in a schema of a function's parameters: the vendor refuses an object without members. */
export function hasProperties(schema: Wire): boolean {
  return schema.anyOf !== undefined || (isWire(schema.properties) && Object.keys(schema.properties).length > 0);
}

function clean(schema: unknown, place: Place): Wire {
  if (!isWire(schema)) return schema === false ? { type: "NULL" } : {};
  if (place.open.has(schema) || place.depth > DEPTH_MAX || ++place.written.count > SCHEMAS_MAX) return ANYTHING;
  const inner: Place = { ...place, open: new Set([...place.open, schema]), depth: place.depth + 1 };
  if (typeof schema.$ref === "string") return cleanReference(schema, schema.$ref, inner);
  if (Array.isArray(schema.allOf)) return clean(merged(schema, schema.allOf, place.root), inner);
  const out: Record<string, unknown> = {};
  for (const key of KEPT) if (schema[key] !== undefined) out[key] = schema[key];
  if (FORMATS.has(schema.format)) out.format = schema.format;
  writeBounds(schema, out);
  writeType(schema, out, inner);
  writeEnum(schema, out);
  writeChildren(schema, out, inner);
  return out;
}

function cleanReference({ $ref: _, ...beside }: Wire, reference: string, place: Place): Wire {
  const target = resolve(place.root, reference);
  if (target === undefined || place.open.has(target)) return { ...ANYTHING, ...describedBy(beside) };
  return { ...clean(target, place), ...describedBy(beside) };
}

const describedBy = ({ description }: Wire): Wire => (textOf(description) === undefined ? {} : { description });

/** A JSON pointer within the same schema. */
function resolve(root: Wire, reference: string): unknown {
  if (!reference.startsWith("#")) return undefined;
  let at: unknown = root;
  for (const step of reference.slice(1).split("/").slice(1)) {
    const key = safelyDecoded(step).replaceAll("~1", "/").replaceAll("~0", "~");
    at = Array.isArray(at) ? (at as readonly unknown[])[Number(key)] : wireOf(at)[key];
  }
  return at;
}

function safelyDecoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/** One schema for all of them: members joined, what both say about one told by the later. */
function merged({ allOf: _, ...schema }: Wire, parts: readonly unknown[], root: Wire): Wire {
  let out: Wire = {};
  for (const part of [...parts, schema]) {
    const given = isWire(part) && typeof part.$ref === "string" ? { ...wireOf(resolve(root, part.$ref)), ...part, $ref: undefined } : wireOf(part);
    const flat = Array.isArray(given.allOf) && given !== schema ? merged(given, given.allOf.filter((inner) => inner !== part), root) : given;
    const required = [...listOf(out.required), ...listOf(flat.required)];
    out = {
      ...out, ...flat,
      ...(out.properties || flat.properties ? { properties: { ...wireOf(out.properties), ...wireOf(flat.properties) } } : {}),
      ...(required.length > 0 ? { required: [...new Set(required)] } : {}),
    };
  }
  return out;
}

const listOf = (value: unknown): readonly unknown[] => (Array.isArray(value) ? (value as readonly unknown[]) : []);

const isNull = (type: unknown): boolean => plainText(type).toUpperCase() === "NULL";

/** Open bounds become closed ones. */
function writeBounds(schema: Wire, out: Record<string, unknown>): void {
  const step = plainText(schema.type).toLowerCase() === "integer" ? 1 : 0;
  if (typeof schema.exclusiveMinimum === "number") out.minimum ??= schema.exclusiveMinimum + step;
  if (typeof schema.exclusiveMaximum === "number") out.maximum ??= schema.exclusiveMaximum - step;
}

function writeType(schema: Wire, out: Record<string, unknown>, place: Place): void {
  const given = Array.isArray(schema.type) ? (schema.type as readonly unknown[]) : schema.type === undefined ? [] : [schema.type];
  const types = given.map((type) => plainText(type).toUpperCase()).filter((type) => TYPES.has(type));
  if (given.some(isNull)) out.nullable = true;
  if (types.length === 1) out.type = types[0];
  else if (types.length > 1) {
    const { description: _, ...rest } = schema;
    out.anyOf = types.map((type) => clean({ ...rest, type, anyOf: undefined, oneOf: undefined }, place));
  } else if (given.some(isNull)) out.type = "NULL";
  else if (isWire(schema.properties)) out.type = "OBJECT";
  else if (schema.items !== undefined || schema.prefixItems !== undefined) out.type = "ARRAY";
}

/** The vendor's enumerations hold text; numbers stay numbers, with their values told in words. */
function writeEnum(schema: Wire, out: Record<string, unknown>): void {
  const given = Array.isArray(schema.enum) ? (schema.enum as readonly unknown[]) : schema.const === undefined ? undefined : [schema.const];
  if (given === undefined) return;
  const values = given.filter((value) => value !== null);
  if (values.length < given.length) out.nullable = true;
  if (values.length === 0) return;
  const kind = out.type ?? (values.every((value) => typeof value === "number") ? "NUMBER" : values.every((value) => typeof value === "boolean") ? "BOOLEAN" : "STRING");
  out.type = kind;
  if (kind === "STRING") out.enum = [...new Set(values.map((value) => (typeof value === "string" ? value : JSON.stringify(value))))];
  else {
    const told = `${values.length === 1 ? "Always" : "One of"} ${values.map((value) => JSON.stringify(value)).join(", ")}.`;
    out.description = out.description === undefined ? told : `${plainText(out.description)} ${told}`;
  }
}

function writeChildren(schema: Wire, out: Record<string, unknown>, place: Place): void {
  const choices = Array.isArray(schema.anyOf) ? schema.anyOf : schema.oneOf;
  if (Array.isArray(choices) && out.anyOf === undefined) writeChoices(choices as readonly unknown[], out, place);
  if (isWire(schema.properties)) {
    const properties = Object.fromEntries(Object.entries(schema.properties).map(([name, child]) => [name, clean(child, place)]));
    if (Object.keys(properties).length > 0) out.properties = properties;
    const required = listOf(schema.required).filter((name) => typeof name === "string" && Object.hasOwn(properties, name));
    if (required.length > 0) out.required = required;
  }
  if (out.type !== "ARRAY") return;
  const tuple = Array.isArray(schema.prefixItems) ? schema.prefixItems : Array.isArray(schema.items) ? schema.items : undefined;
  const items = tuple ? clean({ anyOf: tuple }, place) : clean(schema.items, place);
  out.items = Object.keys(items).length === 0 ? { type: "STRING" } : items;
}

/** A choice of null is `nullable`; one that then stands alone takes the place of the choice. */
function writeChoices(choices: readonly unknown[], out: Record<string, unknown>, place: Place): void {
  const cleaned = choices.map((choice) => clean(choice, place));
  const real = cleaned.filter(({ type }) => type !== "NULL");
  if (real.length < cleaned.length) out.nullable = true;
  if (real.length === 1) Object.assign(out, { ...real[0], ...out });
  else if (real.length > 1) out.anyOf = real;
}
