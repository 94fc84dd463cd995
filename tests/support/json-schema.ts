import { readFileSync } from "node:fs";
import { join } from "node:path";
import { Ajv2020, type ValidateFunction } from "ajv/dist/2020.js";

type Json = Readonly<Record<string, unknown>>;
type Schemas = Readonly<Record<string, Json>>;

/** Says what of a value leaves the named schema of a vendor's own API description; [] = nothing. */
export type Check = (schema: string, value: unknown) => readonly string[];

/**
 * The schemas of an OpenAPI file under `shared/spec`. @param closed members that a schema does not name are faults, too:
 * vendors refuse them in requests
 */
export function readChecks(shared: string, file: string, closed: boolean): Check {
  const text = readFileSync(join(shared, "spec", file), "utf8").replaceAll("#/components/schemas/", "#/$defs/");
  const { components } = JSON.parse(text) as { components: { schemas: Schemas } };
  const open = closed ? partsOfOthers(components.schemas) : undefined;
  const $defs = Object.fromEntries(Object.entries(components.schemas).map(([name, schema]) => [name, plain(schema, open === undefined || open.has(name))]));
  const ajv = new Ajv2020({ strict: false, validateFormats: false, allErrors: false, validateSchema: false });
  ajv.addSchema({ $id: "spec:", $defs });
  const known = new Map<string, ValidateFunction>();
  return (name, value) => {
    let validate = known.get(name);
    if (!validate) known.set(name, (validate = ajv.compile({ $ref: `spec:#/$defs/${name}` })));
    if (validate(value)) return [];
    return (validate.errors ?? []).map(({ instancePath, message = "", params }) => `${instancePath} ${message} ${JSON.stringify(params)}`);
  };
}

/** Schemas that others are put together of cannot be closed by themselves. */
function partsOfOthers(schemas: Schemas): ReadonlySet<string> {
  const parts = new Set<string>();
  const walk = (schema: unknown): void => {
    if (typeof schema !== "object" || schema === null) return;
    for (const part of ((schema as Json).allOf as readonly Json[] | undefined) ?? []) if (typeof part.$ref === "string") parts.add(part.$ref.slice("#/$defs/".length));
    Object.values(schema).forEach(walk);
  };
  walk(schemas);
  return parts;
}

/** Words that say nothing of what is valid, or that the descriptions use more strictly than their vendors keep to. */
const DROPPED: ReadonlySet<string> = new Set(["format", "default", "description", "title", "example", "examples", "discriminator", "nullable", "xml", "deprecated", "readOnly", "$recursiveAnchor", "$recursiveRef"]);

function plain(schema: unknown, open: boolean, isName = false): unknown {
  if (Array.isArray(schema)) return schema.map((one) => plain(one, open));
  if (typeof schema !== "object" || schema === null) return schema;
  if (isName) return Object.fromEntries(Object.entries(schema).map(([name, member]) => [name, plain(member, open)]));
  const { $ref, nullable, allOf, properties, additionalProperties } = schema as Json;
  // A reference beside which other words stand is those words, too, in the form's older versions.
  if ($ref !== undefined) return nullable === true ? { anyOf: [{ $ref }, { type: "null" }] } : { $ref };
  const out: Record<string, unknown> = {};
  for (const [key, value] of Object.entries(schema)) {
    if (DROPPED.has(key)) continue;
    // Alternatives overlap, so that "exactly one" would refuse what the descriptions' own examples hold.
    out[key === "oneOf" ? "anyOf" : key] = plain(value, key === "allOf" ? true : open, key === "properties" || key === "$defs");
  }
  if (!open && additionalProperties === undefined && (properties !== undefined || allOf !== undefined)) out.unevaluatedProperties = false;
  return nullable === true ? { anyOf: [out, { type: "null" }] } : out;
}
