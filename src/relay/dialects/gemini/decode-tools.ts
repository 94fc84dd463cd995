import type { BuiltinKind, Tool, ToolChoice } from "#relay/canonical/request.ts";
import { field, isWire, jsonOf, textOf, wireOf, wiresOf, type Wire } from "#relay/dialects/gemini/wire.ts";
import { RelayError } from "#relay/errors.ts";

const NO_PARAMETERS = { type: "object", properties: {} };

const KINDS: Readonly<Record<string, BuiltinKind>> = {
  googleSearch: "web-search", googleSearchRetrieval: "web-search", enterpriseWebSearch: "web-search", codeExecution: "code", urlContext: "web-fetch",
  googleMaps: "maps", fileSearch: "file-search", retrieval: "file-search", computerUse: "computer", mcpServers: "mcp",
};

/** Every entry may hold several tools of several kinds. */
export function decodeTools(value: unknown): readonly Tool[] {
  const entries = isWire(value) ? [value] : wiresOf(value);
  return entries.flatMap((entry, at) => [
    ...wiresOf(field(entry, "functionDeclarations")).map((declaration, inner) => functionOf(declaration, `tools[${at}].functionDeclarations[${inner}]`)),
    ...builtinsOf(entry),
  ]);
}

function functionOf(declaration: Wire, place: string): Tool {
  const name = textOf(declaration.name);
  if (name === undefined) throw new RelayError("missing_required_parameter", `Missing required parameter: '${place}.name'.`, { param: `${place}.name` });
  const description = textOf(declaration.description);
  const own = field(declaration, "parametersJsonSchema");
  const schema = own ?? (isWire(declaration.parameters) ? jsonSchemaOf(declaration.parameters) : NO_PARAMETERS);
  return { type: "function", name, schema: jsonOf(schema), ...(description === undefined ? {} : { description }) };
}

function builtinsOf(entry: Wire): readonly Tool[] {
  return Object.keys(entry).flatMap((key): readonly Tool[] => {
    const name = key.replaceAll(/_([a-z])/g, (_, letter: string) => letter.toUpperCase());
    const raw = entry[key];
    if (name === "functionDeclarations" || raw === null || raw === undefined) return [];
    return [{ type: "builtin", kind: KINDS[name] ?? "other", origin: "gemini", raw: jsonOf({ [name]: raw }) }];
  });
}

/** Members whose values are schemas, by how they hold them. */
const LISTS: ReadonlySet<string> = new Set(["anyOf", "oneOf", "allOf", "prefixItems"]);
const MAPS: ReadonlySet<string> = new Set(["properties", "$defs", "definitions"]);
const INTEGERS: ReadonlySet<string> = new Set(["minItems", "maxItems", "minLength", "maxLength", "minProperties", "maxProperties"]);

/** The vendor's schemas as JSON Schema: types in small letters, `nullable` as a type, whole numbers as numbers. */
export function jsonSchemaOf(schema: unknown): unknown {
  if (!isWire(schema)) return schema;
  const { nullable, propertyOrdering: _, property_ordering: __, ...members } = schema;
  const out: Record<string, unknown> = {};
  for (const [given, value] of Object.entries(members)) {
    const key = given.replaceAll(/_([a-z])/g, (_all, letter: string) => letter.toUpperCase());
    if (key === "type") {
      const type = typeOf(value);
      if (type !== undefined) out.type = nullable === true ? [type, "null"] : type;
    } else if (key === "items") out.items = jsonSchemaOf(value);
    else if (LISTS.has(key) && Array.isArray(value)) out[key] = value.map(jsonSchemaOf);
    else if (MAPS.has(key)) out[key] = Object.fromEntries(Object.entries(wireOf(value)).map(([name, child]) => [name, jsonSchemaOf(child)]));
    else if (key === "format" && value === "enum") continue;
    else if (INTEGERS.has(key) && typeof value === "string") out[key] = Number(value);
    else out[key] = value;
  }
  if (nullable === true && Array.isArray(out.enum)) out.enum = [...(out.enum as readonly unknown[]), null];
  if (nullable === true && out.type === undefined && Array.isArray(out.anyOf)) out.anyOf = [...(out.anyOf as readonly unknown[]), { type: "null" }];
  return out;
}

const typeOf = (value: unknown): unknown => (typeof value !== "string" ? value : value === "TYPE_UNSPECIFIED" ? undefined : value.toLowerCase());

export function decodeToolChoice(toolConfig: Wire): ToolChoice | undefined {
  const config = wireOf(field(toolConfig, "functionCallingConfig"));
  const listed = field(config, "allowedFunctionNames");
  const names = Array.isArray(listed) ? (listed as readonly unknown[]).filter((name) => typeof name === "string") : [];
  switch (config.mode) {
    case "NONE":
      return { mode: "none" };
    case "ANY":
      if (names.length === 1) return { mode: "named", name: names[0]! };
      return names.length === 0 ? { mode: "required" } : { mode: "allowed", names, required: true };
    case "VALIDATED":
      return names.length === 0 ? { mode: "auto" } : { mode: "allowed", names, required: false };
    case "AUTO":
      return { mode: "auto" };
    default:
      return undefined;
  }
}
