import type { BuiltinKind, Json, OutputFormat, Reasoning, Tool, ToolChoice } from "#relay/canonical/request.ts";
import { readCache } from "#relay/dialects/anthropic/decode-parts.ts";
import { invalid, needObject, needText, optionalCount, optionalFlag, optionalList, optionalObject, optionalText } from "#relay/dialects/anthropic/fields.ts";
import { asWire, textOf, type Wire } from "#relay/dialects/anthropic/wire.ts";

/** Tools that the vendor has defined, by the beginning of their types, which end in a date. */
const BUILTIN: readonly (readonly [prefix: string, kind: BuiltinKind])[] = [
  ["web_search", "web-search"], ["web_fetch", "web-fetch"], ["code_execution", "code"], ["computer", "computer"], ["bash", "shell"],
  ["text_editor", "apply-patch"], ["memory", "memory"], ["mcp_toolset", "mcp"],
];
const EFFORTS = ["low", "medium", "high", "xhigh", "max"] as const;

export function readTools(wire: Wire): readonly Tool[] {
  const tools = optionalList(wire.tools, "tools").map((tool, at) => readTool(needObject(tool, `tools.${at}`), `tools.${at}`));
  const servers = optionalList(wire.mcp_servers, "mcp_servers").map((raw): Tool => ({ type: "builtin", kind: "mcp", origin: "anthropic", raw }));
  return [...tools, ...servers];
}

function readTool(tool: Wire, param: string): Tool {
  const type = optionalText(tool.type, `${param}.type`) ?? "custom";
  if (type !== "custom") {
    const maxUses = optionalCount(tool.max_uses, `${param}.max_uses`);
    const kind = BUILTIN.find(([prefix]) => type.startsWith(prefix))?.[1] ?? "other";
    return { type: "builtin", kind, origin: "anthropic", raw: tool, ...(maxUses === undefined ? {} : { maxUses }) };
  }
  const description = optionalText(tool.description, `${param}.description`);
  const strict = optionalFlag(tool.strict, `${param}.strict`);
  return {
    type: "function", name: needText(tool.name, `${param}.name`), schema: needObject(tool.input_schema, `${param}.input_schema`),
    ...(description === undefined ? {} : { description }), ...(strict === undefined ? {} : { strict }), ...readCache(tool.cache_control),
  };
}

export function readToolChoice(value: Json | undefined): Readonly<{ toolChoice?: ToolChoice; parallelToolCalls?: boolean }> {
  const wire = optionalObject(value, "tool_choice");
  if (!wire) return {};
  const serial = optionalFlag(wire.disable_parallel_tool_use, "tool_choice.disable_parallel_tool_use");
  return { toolChoice: choiceOf(wire), ...(serial === undefined ? {} : { parallelToolCalls: !serial }) };
}

function choiceOf(wire: Wire): ToolChoice {
  switch (wire.type) {
    case "auto": case "none":
      return { mode: wire.type };
    case "any":
      return { mode: "required" };
    case "tool":
      return { mode: "named", name: needText(wire.name, "tool_choice.name") };
    default:
      throw invalid("tool_choice.type", "auto, any, tool or none");
  }
}

/** `output_format` is the earlier name of the same, from its time as a beta. */
export function readOutput(wire: Wire): OutputFormat {
  const format = optionalObject(asWire(wire.output_config).format, "output_config.format") ?? optionalObject(wire.output_format, "output_format");
  if (!format) return { format: "text" };
  if (format.type !== "json_schema") throw invalid("output_config.format.type", "json_schema");
  return { format: "json-schema", name: textOf(format.name) ?? "output", schema: needObject(format.schema, "output_config.format.schema"), strict: true };
}

export function readReasoning(wire: Wire): Readonly<{ reasoning?: Reasoning }> {
  const thinking = optionalObject(wire.thinking, "thinking");
  const said = optionalText(optionalObject(wire.output_config, "output_config")?.effort, "output_config.effort");
  const effort = EFFORTS.find((known) => known === said);
  if (said !== undefined && effort === undefined) throw invalid("output_config.effort", EFFORTS.join(", "));
  if (!thinking) return effort === undefined ? {} : { reasoning: { effort, expose: "none" } };
  const expose = thinking.display === "omitted" ? "none" : "full";
  switch (thinking.type) {
    case "disabled":
      return { reasoning: { effort: "none", expose: "none" } };
    case "adaptive": case "between_tools":
      return { reasoning: { adaptive: true, expose, ...(effort === undefined ? {} : { effort }) } };
    case "enabled": {
      const budget = optionalCount(thinking.budget_tokens, "thinking.budget_tokens");
      return { reasoning: { expose, ...(effort === undefined ? {} : { effort }), ...(budget === undefined ? {} : { budget }) } };
    }
    default:
      throw invalid("thinking.type", "enabled, adaptive, between_tools or disabled");
  }
}
