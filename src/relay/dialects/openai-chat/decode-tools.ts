import type { Json, JsonObject, Tool, ToolChoice } from "#relay/canonical/request.ts";
import { arrayField, booleanField, invalidField, isObject, neededText, objectField, textField } from "#relay/dialects/openai-kit/fields.ts";

const ANYTHING: Json = { type: "object", properties: {} };

export function decodeTools(body: JsonObject): readonly Tool[] {
  const tools = arrayField(body.tools, "tools")?.map((tool, at) => decodeTool(tool, `tools[${at}]`))
    ?? arrayField(body.functions, "functions")?.map((named, at) => decodeFunction(named, `functions[${at}]`)) ?? [];
  const search = objectField(body.web_search_options, "web_search_options");
  return search ? [...tools, { type: "builtin", kind: "web-search", origin: "openai-chat", raw: search }] : tools;
}

function decodeTool(value: Json, param: string): Tool {
  const tool = objectField(value, param) ?? {};
  switch (tool.type) {
    case undefined: case "function":
      return decodeFunction(tool.function, `${param}.function`);
    case "custom": {
      const custom = objectField(tool.custom, `${param}.custom`) ?? {};
      const description = textField(custom.description, `${param}.custom.description`);
      return {
        type: "custom", name: neededText(custom.name, `${param}.custom.name`),
        ...(description !== undefined && { description }), ...(custom.format !== undefined && custom.format !== null && { grammar: custom.format }),
      };
    }
    default:
      throw invalidField(`${param}.type`, "function or custom");
  }
}

function decodeFunction(value: Json | undefined, param: string): Tool {
  const named = objectField(value, param) ?? {};
  const description = textField(named.description, `${param}.description`);
  const strict = booleanField(named.strict, `${param}.strict`);
  return {
    type: "function", name: neededText(named.name, `${param}.name`), schema: objectField(named.parameters, `${param}.parameters`) ?? ANYTHING,
    ...(description !== undefined && { description }), ...(strict !== undefined && { strict }),
  };
}

export function decodeToolChoice(body: JsonObject): ToolChoice | undefined {
  const choice = body.tool_choice ?? body.function_call;
  if (choice === undefined || choice === null) return undefined;
  if (choice === "none" || choice === "auto" || choice === "required") return { mode: choice };
  if (!isObject(choice)) throw invalidField("tool_choice", "none, auto, required or an object");
  if (choice.type === "allowed_tools") return decodeAllowed(choice);
  const named = isObject(choice.function) ? choice.function : isObject(choice.custom) ? choice.custom : choice;
  return { mode: "named", name: neededText(named.name, body.tool_choice === undefined ? "function_call.name" : "tool_choice.function.name") };
}

function decodeAllowed(choice: JsonObject): ToolChoice {
  const allowed = objectField(choice.allowed_tools, "tool_choice.allowed_tools") ?? choice;
  const names = (arrayField(allowed.tools, "tool_choice.allowed_tools.tools") ?? []).map((tool, at) => {
    const named = isObject(tool) ? (isObject(tool.function) ? tool.function : isObject(tool.custom) ? tool.custom : tool) : {};
    return neededText(named.name, `tool_choice.allowed_tools.tools[${at}].function.name`);
  });
  return { mode: "allowed", names, required: allowed.mode === "required" };
}
