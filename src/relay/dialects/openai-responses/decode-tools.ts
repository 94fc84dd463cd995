import type { BuiltinKind, Json, JsonObject, OutputFormat, Tool, ToolChoice } from "#relay/canonical/request.ts";
import { asJson, asList, asObject, asText } from "#relay/dialects/openai-responses/wire.ts";
import type { Wire } from "#relay/dialects/openai-responses/wire.ts";
import { RelayError } from "#relay/errors.ts";

const KINDS: readonly (readonly [type: RegExp, kind: BuiltinKind])[] = [
  [/^web_search/, "web-search"],
  [/^file_search/, "file-search"],
  [/^code_interpreter/, "code"],
  [/^image_generation/, "image-generation"],
  [/^computer/, "computer"],
  [/^mcp/, "mcp"],
  [/shell$/, "shell"],
  [/^apply_patch/, "apply-patch"],
];

export const decodeTools = (tools: unknown): readonly Tool[] => asList(tools).flatMap((tool, at) => decodeTool(tool, `tools[${at}]`));

function decodeTool(tool: Wire, path: string): readonly Tool[] {
  const description = asText(tool.description);
  switch (tool.type) {
    case "function": {
      const schema = typeof tool.parameters === "object" && tool.parameters !== null ? asJson(tool.parameters) : { type: "object", properties: {} };
      return [{
        type: "function", name: nameOf(tool, path), schema,
        ...(description !== undefined && { description }),
        strict: typeof tool.strict === "boolean" ? tool.strict : canBeStrict(schema),
      }];
    }
    case "custom":
      return [{
        type: "custom", name: nameOf(tool, path),
        ...(description !== undefined && { description }),
        ...(tool.format !== undefined && tool.format !== null && { grammar: asJson(tool.format) }),
      }];
    case "namespace": { // functions under a common word; the model knows them by their own
      const namespace = nameOf(tool, path);
      return asList(tool.tools).flatMap((inner, at) => decodeTool(inner, `${path}.tools[${at}]`)).map((inner) => (inner.type === "builtin" ? inner : { ...inner, namespace }));
    }
    default: {
      const type = asText(tool.type);
      if (type === undefined) throw new RelayError("missing_required_parameter", `Missing required parameter: '${path}.type'.`, { param: `${path}.type` });
      const kind = KINDS.find(([word]) => word.test(type))?.[1] ?? "other";
      return [{ type: "builtin", kind, origin: "openai-responses", raw: asJson(tool) }];
    }
  }
}

function nameOf(tool: Wire, path: string): string {
  const name = asText(tool.name);
  if (name === undefined) throw new RelayError("missing_required_parameter", `Missing required parameter: '${path}.name'.`, { param: `${path}.name` });
  return name;
}

/**
 * The format is strict unless told otherwise. Schemas that leave things open are then rewritten by OpenAI's own
 * endpoint; other formats refuse them as strict, so only what is closed already is called so.
 */
function canBeStrict(schema: Json): boolean {
  if (typeof schema !== "object" || schema === null) return true;
  if (Array.isArray(schema)) return schema.every(canBeStrict);
  const { type, properties, required, additionalProperties, ...rest } = schema as JsonObject;
  if (type === "object" || properties !== undefined) {
    const members = asObject(properties);
    const names = new Set(Array.isArray(required) ? required : []);
    if (additionalProperties !== false || Object.keys(members).some((name) => !names.has(name))) return false;
    if (!Object.values(members).every((member) => canBeStrict(asJson(member)))) return false;
  }
  return Object.entries(rest).every(([name, value]) => name === "enum" || name === "default" || name === "const" || canBeStrict(value));
}

export function decodeToolChoice(choice: unknown): ToolChoice | undefined {
  if (choice === "auto" || choice === "none" || choice === "required") return { mode: choice };
  const { type, name, mode, tools } = asObject(choice);
  if (type === "allowed_tools") {
    return { mode: "allowed", names: asList(tools).flatMap((tool) => asText(tool.name) ?? []), required: mode === "required" };
  }
  const named = asText(name);
  if ((type === "function" || type === "custom") && named !== undefined) return { mode: "named", name: named };
  // A tool of the vendor's own, by its type: it is the only one meant, so some tool must be used.
  return typeof type === "string" ? { mode: "required" } : undefined;
}

export function decodeFormat(format: unknown): OutputFormat {
  const { type, name, schema, strict, description } = asObject(format);
  if (type === "json_object") return { format: "json" };
  if (type !== "json_schema") return { format: "text" };
  const about = asText(description);
  return {
    format: "json-schema",
    name: asText(name) ?? "output",
    schema: asJson(schema ?? {}),
    ...(typeof strict === "boolean" && { strict }),
    ...(about !== undefined && { description: about }),
  };
}
