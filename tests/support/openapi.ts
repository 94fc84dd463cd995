import { readFileSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";

type Schemas = Record<string, object>;

/** Checks values against the named schema of a vendor's own API description under `shared/spec`. */
export type SchemaCheck = (schema: string, value: unknown) => readonly string[];

/** @param file as `openai.json` */
export function readSchemas(shared: string, file: string): SchemaCheck {
  const text = readFileSync(join(shared, "spec", file), "utf8").replaceAll("#/components/schemas/", "#/$defs/");
  const { components } = JSON.parse(text) as { components: { schemas: Schemas } };
  const $defs = Object.fromEntries(Object.entries(components.schemas).map(([name, schema]) => [name, plain(schema) as object]));
  const known = new Map<string, z.ZodType>();
  return (schema, value) => {
    let type = known.get(schema);
    if (!type) known.set(schema, (type = z.fromJSONSchema({ $ref: `#/$defs/${schema}`, $defs } as Parameters<typeof z.fromJSONSchema>[0])));
    const { error } = type.safeParse(value);
    return error ? [z.prettifyError(error)] : [];
  };
}

/** Formats are not the matter here, and `discriminator` and defaults say nothing about validity. */
function plain(schema: unknown): unknown {
  if (Array.isArray(schema)) return schema.map(plain);
  if (typeof schema !== "object" || schema === null) return schema;
  const kept = Object.entries(schema).filter(([key, value]) => !(DROPPED.has(key) && typeof value !== "object") && key !== "discriminator");
  // The descriptions' alternatives overlap, so that "exactly one" would refuse what their own examples hold.
  const out = Object.fromEntries(kept.map(([key, value]) => [key === "oneOf" ? "anyOf" : key, plain(value)]));
  // A reference beside which other words stand is those words, too, in the form's older versions.
  return "$ref" in out ? { $ref: out.$ref } : out;
}

const DROPPED: ReadonlySet<string> = new Set(["format", "default", "description", "title"]);
