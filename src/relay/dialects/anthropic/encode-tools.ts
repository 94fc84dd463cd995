import type { ChatRequest, Json, Tool, ToolChoice } from "#relay/canonical/request.ts";
import { cacheControl, unsupported, type EncodeContext } from "#relay/dialects/anthropic/encode-context.ts";
import { JSON_TOOL } from "#relay/dialects/anthropic/json-tool.ts";
import { strictSchema } from "#relay/dialects/anthropic/strict-schema.ts";
import { asWire, compact, isWire, type Wire } from "#relay/dialects/anthropic/wire.ts";

export type ToolFields = Readonly<{ tools: readonly Wire[]; tool_choice?: Wire }>;

/**
 * @param forced the reply's own schema, where it has to be asked for as a tool
 * @param thinking the vendor then refuses to be made to call
 */
export function writeTools(request: ChatRequest, context: EncodeContext, forced: Json | undefined, thinking: boolean): ToolFields {
  const tools = allowed(request).map((tool) => writeTool(tool, context));
  if (forced !== undefined) tools.push({ name: JSON_TOOL, description: "Gives the reply. Its input is the whole reply.", input_schema: objectSchema(forced) });
  if (tools.length === 0) return { tools };
  const mustReply = forced === undefined ? request.toolChoice : replying(request.toolChoice, tools.length > 1);
  const choice = writeChoice(mustReply, context, thinking);
  if (request.parallelToolCalls !== false || choice?.type === "none") return { tools, ...(choice ? { tool_choice: choice } : {}) };
  return { tools, tool_choice: { ...(choice ?? { type: "auto" }), disable_parallel_tool_use: true } };
}

/** With tools of its own the model may call those first; else it has only this one. */
function replying(choice: ToolChoice | undefined, hasOthers: boolean): ToolChoice {
  if (hasOthers && choice?.mode !== "none") return choice?.mode === "named" ? choice : { mode: "required" };
  return { mode: "named", name: JSON_TOOL };
}

function allowed({ tools, toolChoice }: ChatRequest): readonly Tool[] {
  if (toolChoice?.mode !== "allowed") return tools;
  const names = new Set(toolChoice.names);
  return tools.filter((tool) => tool.type === "builtin" || names.has(tool.name));
}

function writeChoice(choice: ToolChoice | undefined, context: EncodeContext, thinking: boolean): Wire | undefined {
  if (choice === undefined) return undefined;
  const isForced = choice.mode === "required" || choice.mode === "named" || (choice.mode === "allowed" && choice.required);
  if (isForced && thinking) {
    context.lose("tool_choice_relaxed", "tool_choice");
    return { type: "auto" };
  }
  if (choice.mode === "named") return { type: "tool", name: choice.name === JSON_TOOL ? JSON_TOOL : context.names.name(choice.name) };
  if (choice.mode === "none") return { type: "none" };
  return { type: isForced ? "any" : "auto" };
}

function writeTool(tool: Tool, context: EncodeContext): Wire {
  switch (tool.type) {
    case "function": {
      const strict = tool.strict === true && context.rules.structuredOutput;
      return compact({
        name: context.names.name(tool.name), description: tool.description, strict: strict ? true : undefined,
        input_schema: strict ? strictSchema(objectSchema(tool.schema)) : objectSchema(tool.schema), ...cacheControl(tool.cache),
      });
    }
    case "custom": {
      const grammar = tool.grammar === undefined ? undefined : `The input follows this grammar: ${JSON.stringify(tool.grammar)}`;
      const description = [tool.description, grammar].filter((text) => text !== undefined).join("\n\n");
      return compact({
        name: context.names.name(tool.name), description: description === "" ? undefined : description,
        input_schema: { type: "object", properties: { input: { type: "string" } }, required: ["input"] },
      });
    }
    case "builtin":
      return writeBuiltin(tool);
  }
}

function writeBuiltin({ kind, origin, raw, maxUses }: Extract<Tool, { type: "builtin" }>): Wire {
  if (origin === "anthropic" && kind !== "mcp") return asWire(raw);
  if (kind !== "web-search") throw unsupported("tools", "The model's vendor does not run this tool.");
  const wire = asWire(raw);
  const domains = asWire(wire.filters).allowed_domains;
  return compact({
    type: "web_search_20250305", name: "web_search", max_uses: maxUses,
    allowed_domains: Array.isArray(domains) ? domains : undefined,
    user_location: locationOf(wire.user_location),
  });
}

/** OpenAI's two forms: flat, and under the name of its kind. */
function locationOf(value: Json | undefined): Wire | undefined {
  if (!isWire(value)) return undefined;
  const { city, region, country, timezone } = isWire(value.approximate) ? value.approximate : value;
  return compact({ type: "approximate", city: city ?? undefined, region: region ?? undefined, country: country ?? undefined, timezone: timezone ?? undefined });
}

/** The schema of an input must be an object's; nothing said means an object of anything. */
function objectSchema(schema: Json): Wire {
  const wire = asWire(schema);
  return wire.type === "object" ? wire : { ...wire, type: "object" };
}
