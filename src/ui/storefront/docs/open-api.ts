/** What the page draws of an OpenAPI 3.1 description. */
export type ApiField = Readonly<{ name: string; kind: string; required: boolean; text: string | undefined }>;
export type ApiCall = Readonly<{
  id: string; tag: string; method: string; path: string; summary: string; permission: string | undefined;
  parameters: readonly ApiField[]; body: readonly ApiField[]; answer: readonly ApiField[];
  /** The address with its holes filled, the body and the answer as they may look; undefined where the description shows none. */
  shown: Readonly<{ address: string; body: unknown; answer: unknown }>;
}>;

type Json = Readonly<Record<string, unknown>>;
const object = (value: unknown): Json => (typeof value === "object" && value !== null && !Array.isArray(value) ? (value as Json) : {});
const text = (value: unknown): string | undefined => (typeof value === "string" ? value : undefined);
const list = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);

/** A schema in short: `string`, `integer | string`, `"ok" | "error"`, `object[]`. */
export function kindOf(schema: unknown): string {
  const { type, enum: values, anyOf, items, const: constant } = object(schema);
  if (Array.isArray(values)) return values.map((value) => JSON.stringify(value)).join(" | ");
  if (constant !== undefined) return JSON.stringify(constant);
  if (Array.isArray(anyOf)) return [...new Set(anyOf.map(kindOf))].join(" | ");
  if (Array.isArray(type)) return type.join(" | ");
  if (type === "array") return kindOf(items).includes(" | ") ? `(${kindOf(items)})[]` : `${kindOf(items)}[]`;
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

const contentOf = (holder: unknown): Json => object(object(object(holder).content)["application/json"]);

/** The address that a call to it would have, with the examples of its parameters. */
function addressOf(path: string, parameters: readonly unknown[]): string {
  const filled = parameters.map(object).flatMap(({ name, in: where, example }) => (text(name) === undefined || text(example) === undefined ? [] : [{ name: text(name)!, where, value: encodeURIComponent(text(example)!) }]));
  const query = filled.filter(({ where }) => where === "query").map(({ name, value }) => `${name}=${value}`).join("&");
  const whole = path.replace(/\{(\w+)\}/g, (hole, name: string) => filled.find((one) => one.where === "path" && one.name === name)?.value ?? hole);
  return query === "" ? whole : `${whole}?${query}`;
}

/** The calls of a description, in its order. */
export function apiCalls(description: unknown): readonly ApiCall[] {
  return Object.entries(object(object(description).paths)).flatMap(([path, methods]) =>
    Object.entries(object(methods)).map(([method, operation]): ApiCall => {
      const { summary, parameters, requestBody, responses, operationId, tags } = object(operation);
      const [sent, answered] = [contentOf(requestBody), contentOf(object(responses)["200"])];
      return {
        id: text(operationId) ?? "", tag: text(list(tags)[0]) ?? "", method: method.toUpperCase(), path, summary: text(summary) ?? "", permission: text(object(operation)["x-permission"]),
        parameters: list(parameters).map((parameter) => {
          const { name, required, schema } = object(parameter);
          return { name: text(name) ?? "", kind: kindOf(schema), required: required === true, text: text(object(schema).description) };
        }),
        body: fieldsOf(sent.schema),
        answer: fieldsOf(answered.schema),
        shown: { address: addressOf(path, list(parameters)), body: sent.example, answer: answered.example },
      };
    }));
}
