import type { Target } from "#relay/canonical/codec.ts";
import { isSearchOptional } from "#relay/canonical/optional-search.ts";
import type { ChatRequest, Json, JsonObject, Tool, ToolChoice } from "#relay/canonical/request.ts";
import type { Names } from "#relay/dialects/openai-chat/names.ts";
import { RelayError } from "#relay/errors.ts";

export function encodeTools(request: ChatRequest, target: Target, names: Names): JsonObject {
  const { toolChoice: choice, parallelToolCalls } = request;
  // Only OpenAI itself knows subsets; elsewhere the other tools are left out.
  const allowed = choice?.mode === "allowed" && target.flags.maxTokensName !== "by_model" ? new Set(choice.names) : undefined;
  const callable = request.tools.filter((tool) => tool.type !== "builtin" && (allowed?.has(tool.name) ?? true));
  const tools = callable.map((tool) => encodeTool(tool as Exclude<Tool, { type: "builtin" }>, names));
  const search = encodeSearch(request, target);
  if (tools.length === 0) return search;
  return {
    tools, ...search,
    ...(choice && { tool_choice: encodeChoice(choice, request, allowed !== undefined, names) }),
    ...(parallelToolCalls !== undefined && { parallel_tool_calls: parallelToolCalls }),
  };
}

function encodeTool(tool: Exclude<Tool, { type: "builtin" }>, names: Names): JsonObject {
  const described = { name: names.tool(tool.name), ...(tool.description !== undefined && { description: tool.description }) };
  if (tool.type === "custom") return { type: "custom", custom: { ...described, ...(tool.grammar !== undefined && { format: tool.grammar }) } };
  return { type: "function", function: { ...described, parameters: tool.schema, ...(tool.strict !== undefined && { strict: tool.strict }) } };
}

/** Models that search where they are asked to; others refuse the request that offers it. */
const SEARCHES = /search|sonar|grok|compound|:online/i;

/** A vendor's own tools: of these the format knows the search alone. */
function encodeSearch(request: ChatRequest, { upstreamModel, warn }: Target): JsonObject {
  const { tools, origin } = request;
  if (origin !== "openai-chat" && !SEARCHES.test(upstreamModel) && isSearchOptional(request) && tools.some(({ type }) => type === "builtin")) {
    warn("web_search_dropped");
    return {};
  }
  let found: JsonObject = {};
  for (const tool of tools) {
    if (tool.type !== "builtin") continue;
    if (tool.kind !== "web-search") throw new RelayError("unsupported_parameter", `The model's provider has no built-in tool of this kind (${tool.kind}).`, { param: "tools" });
    found = { web_search_options: tool.origin === "openai-chat" ? tool.raw : {} };
  }
  return found;
}

function encodeChoice(choice: ToolChoice, { tools }: ChatRequest, filtered: boolean, names: Names): Json {
  const isCustom = (name: string): boolean => tools.some((tool) => tool.type === "custom" && tool.name === name);
  const named = (name: string): JsonObject => (isCustom(name) ? { type: "custom", custom: { name: names.tool(name) } } : { type: "function", function: { name: names.tool(name) } });
  switch (choice.mode) {
    case "named":
      return named(choice.name);
    case "allowed": {
      const mode = choice.required ? "required" : "auto";
      return filtered ? mode : { type: "allowed_tools", allowed_tools: { mode, tools: choice.names.map(named) } };
    }
    default:
      return choice.mode;
  }
}
