import { RelayError } from "#relay/errors.ts";
import type { JsonObject, OutputFormat, Tool, ToolChoice } from "#relay/canonical/request.ts";
import { isJsonObject } from "#relay/dialects/openai-responses/wire.ts";

const NO_PARAMETERS: JsonObject = { type: "object", properties: {} };

/** A tool's name for the vendor. */
export type NameOf = (name: string) => string;

/**
 * @param strict `strict` where the request does not say: the format's own default is true, all others' is false
 * @throws RelayError unsupported_parameter for a built-in tool of another format that has no likeness here
 */
export function encodeTool(tool: Tool, nameOf: NameOf, strict: boolean): JsonObject {
  switch (tool.type) {
    case "function":
      return {
        type: "function",
        name: nameOf(tool.name),
        description: tool.description ?? null,
        parameters: isJsonObject(tool.schema) ? tool.schema : NO_PARAMETERS,
        strict: tool.strict ?? strict,
      };
    case "custom":
      return {
        type: "custom",
        name: nameOf(tool.name),
        ...(tool.description !== undefined && { description: tool.description }),
        ...(tool.grammar !== undefined && { format: tool.grammar }),
      };
    case "builtin":
      return encodeBuiltin(tool);
  }
}

function encodeBuiltin(tool: Extract<Tool, { type: "builtin" }>): JsonObject {
  if (tool.origin === "openai-responses" && isJsonObject(tool.raw)) return tool.raw;
  if (tool.kind !== "web-search") throw new RelayError("unsupported_parameter", `The model cannot run this tool: ${tool.kind}.`, { param: "tools" });
  const raw = isJsonObject(tool.raw) ? tool.raw : {};
  return {
    type: "web_search",
    ...(Array.isArray(raw.allowed_domains) && { filters: { allowed_domains: raw.allowed_domains } }),
    ...(isJsonObject(raw.user_location) && { user_location: { type: "approximate", ...flatLocation(raw.user_location) } }),
    ...(typeof raw.search_context_size === "string" && { search_context_size: raw.search_context_size }),
  };
}

/** Chat wraps the place in `approximate`. */
const flatLocation = (location: JsonObject): JsonObject => (isJsonObject(location.approximate) ? location.approximate : location);

export function encodeToolChoice(choice: ToolChoice, tools: readonly Tool[], nameOf: NameOf): string | JsonObject {
  const named = (name: string): JsonObject =>
    ({ type: tools.some((tool) => tool.type === "custom" && tool.name === name) ? "custom" : "function", name: nameOf(name) });
  switch (choice.mode) {
    case "auto": case "none": case "required":
      return choice.mode;
    case "named":
      return named(choice.name);
    case "allowed":
      return { type: "allowed_tools", mode: choice.required ? "required" : "auto", tools: choice.names.map(named) };
  }
}

export function encodeFormat(output: OutputFormat): JsonObject {
  switch (output.format) {
    case "text":
      return { type: "text" };
    case "json":
      return { type: "json_object" };
    case "json-schema":
      return {
        type: "json_schema",
        name: output.name,
        ...(output.description !== undefined && { description: output.description }),
        schema: output.schema,
        ...(output.strict !== undefined && { strict: output.strict }),
      };
  }
}
