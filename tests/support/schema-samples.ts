import { readFileSync } from "node:fs";
import { join } from "node:path";

type Json = Readonly<Record<string, unknown>>;
type Schema = Readonly<{
  $ref?: string; allOf?: readonly Schema[]; anyOf?: readonly Schema[]; oneOf?: readonly Schema[]; enum?: readonly unknown[]; const?: unknown; type?: string | readonly string[];
  properties?: Readonly<Record<string, Schema>>; required?: readonly string[]; items?: Schema; nullable?: boolean; additionalProperties?: boolean | Schema; minimum?: number;
}>;
/** Puts right what a schema cannot say of a value by itself. */
export type Fix = (value: Record<string, unknown>) => unknown;

const DEPTH_MAX = 9;

/**
 * Makes values of the schemas of an OpenAPI file under `shared/spec`: every branch of a union and every word of a list in
 * turn, members that may be missing now there and now not. Texts are all different, so that a lost one is seen.
 */
export class Sampler {
  readonly #schemas: Readonly<Record<string, Schema>>;
  readonly #random: () => number;
  readonly #fixes: Readonly<Record<string, Fix>>;
  readonly #turns = new Map<object, number>();
  #words = 0;

  /** @param file as `openai.json` @param fixes by the schema's name */
  constructor(shared: string, file: string, random: () => number, fixes: Readonly<Record<string, Fix>> = {}) {
    const { components } = JSON.parse(readFileSync(join(shared, "spec", file), "utf8")) as { components: { schemas: Record<string, Schema> } };
    this.#schemas = components.schemas;
    this.#random = random;
    this.#fixes = fixes;
  }

  /** The branches of a union of references, by their names. */
  branches(name: string): readonly string[] {
    const { anyOf, oneOf } = this.#schemas[name]!;
    return (anyOf ?? oneOf ?? []).flatMap(({ $ref }) => ($ref ? [nameOf($ref)] : []));
  }

  sample(name: string): Json {
    return this.#named(name, 0) as Json;
  }

  #named(name: string, depth: number): unknown {
    const value = this.#value(this.#schemas[name]!, depth), fix = this.#fixes[name];
    return fix && typeof value === "object" && value !== null ? fix(value as Record<string, unknown>) : value;
  }

  #value(schema: Schema, depth: number): unknown {
    if (schema.nullable && this.#random() < 0.2) return null;
    if (schema.$ref !== undefined) return this.#named(nameOf(schema.$ref), depth);
    if (schema.allOf?.length === 1 && !schema.properties) return this.#value(schema.allOf[0]!, depth);
    if (schema.allOf) return Object.assign({}, ...schema.allOf.map((part) => this.#value(part, depth)), schema.properties ? this.#object(schema, depth) : {}) as unknown;
    const union = schema.anyOf ?? schema.oneOf;
    if (union) return this.#value(this.#next(schema, depth > DEPTH_MAX ? union.slice(-1) : union), depth + 1);
    if (schema.const !== undefined) return schema.const;
    if (schema.enum) return this.#next(schema, schema.enum);
    return this.#plain(schema, depth);
  }

  #plain(schema: Schema, depth: number): unknown {
    const type = typeof schema.type === "object" ? this.#next(schema, schema.type) : schema.type ?? (schema.properties ? "object" : "string");
    switch (type) {
      case "object":
        return this.#object(schema, depth);
      case "array":
        return depth > DEPTH_MAX || !schema.items ? [] : Array.from({ length: Math.floor(this.#random() * 3) }, () => this.#value(schema.items!, depth + 1));
      case "integer": case "number":
        return Math.max(schema.minimum ?? 0, Math.floor(this.#random() * 100));
      case "boolean":
        return this.#random() < 0.5;
      case "null":
        return null;
      default:
        this.#words += 1;
        return `w${this.#words}.`;
    }
  }

  #object({ properties = {}, required = [] }: Schema, depth: number): Json {
    const value: Record<string, unknown> = {};
    for (const [name, member] of Object.entries(properties)) {
      if (required.includes(name) || (depth <= DEPTH_MAX && this.#random() < 0.5)) value[name] = this.#value(member, depth + 1);
    }
    return value;
  }

  /** One after another: chance would leave some out. */
  #next<Value>(schema: object, values: readonly Value[]): Value {
    const turn = this.#turns.get(schema) ?? 0;
    this.#turns.set(schema, turn + 1);
    return values[turn % values.length]!;
  }
}

const nameOf = (ref: string): string => ref.split("/").at(-1)!;
