/** What the page draws of an OpenAPI 3.1 description. */
export type ApiField = Readonly<{ name: string; kind: string; required: boolean; text: string | undefined }>;
export type ApiCall = Readonly<{
  method: string; path: string; summary: string; permission: string | undefined;
  parameters: readonly ApiField[]; body: readonly ApiField[]; answer: readonly ApiField[];
}>;

type Json = Readonly<Record<string, unknown>>;
const object = (value: unknown): Json => (typeof value === "object" && value !== null && !Array.isArray(value) ? (value as Json) : {});
const text = (value: unknown): string | undefined => (typeof value === "string" ? value : undefined);
const list = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);

/** A schema in a few words: `string`, `integer | string`, `"ok" | "error"`, `list of object`. */
export function kindOf(schema: unknown): string {
  const { type, enum: values, anyOf, items, const: constant } = object(schema);
  if (Array.isArray(values)) return values.map((value) => JSON.stringify(value)).join(" | ");
  if (constant !== undefined) return JSON.stringify(constant);
  if (Array.isArray(anyOf)) return [...new Set(anyOf.map(kindOf))].join(" | ");
  if (Array.isArray(type)) return type.join(" | ");
  if (type === "array") return `list of ${kindOf(items)}`;
  return text(type) ?? "any";
}

const DEPTH_MAX = 2;

/** The members of a schema; those of lists and objects inside it follow under their path. */
function fieldsOf(schema: unknown, prefix = "", depth = 0): readonly ApiField[] {
  const { properties, required, items, type } = object(schema);
  if (type === "array") return fieldsOf(items, prefix === "" ? "" : `${prefix.slice(0, -1)}[].`, depth);
  const needed = new Set(list(required));
  return Object.entries(object(properties)).flatMap(([name, member]) => [
    { name: prefix + name, kind: kindOf(member), required: needed.has(name), text: text(object(member).description) },
    ...(depth < DEPTH_MAX ? fieldsOf(member, `${prefix}${name}.`, depth + 1) : []),
  ]);
}

const schemaOf = (holder: unknown): unknown => object(object(object(holder).content)["application/json"]).schema;

/** The calls of a description, in its order. */
export function apiCalls(description: unknown): readonly ApiCall[] {
  return Object.entries(object(object(description).paths)).flatMap(([path, methods]) =>
    Object.entries(object(methods)).map(([method, operation]): ApiCall => {
      const { summary, parameters, requestBody, responses } = object(operation);
      return {
        method: method.toUpperCase(), path, summary: text(summary) ?? "", permission: text(object(operation)["x-permission"]),
        parameters: list(parameters).map((parameter) => {
          const { name, required, schema } = object(parameter);
          return { name: text(name) ?? "", kind: kindOf(schema), required: required === true, text: text(object(schema).description) };
        }),
        body: fieldsOf(schemaOf(requestBody)),
        answer: fieldsOf(schemaOf(object(responses)["200"])),
      };
    }));
}
