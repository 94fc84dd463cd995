import type { SystemInjection } from "#channels/channel-settings.ts";
import type { Json } from "#channels/override-fields.ts";
import type { WireFormat } from "#relay/dialects/wire-format.ts";
import type { Tree } from "#relay/policy/json-pointer.ts";

const APART = "\n\n";

/**
 * Puts the operator's words into the instructions of a request, in place. There is one system text afterwards where
 * there was one or none before. @returns whether the request says something else now
 */
export function injectSystem(body: Tree, protocol: WireFormat, { mode, text }: SystemInjection): boolean {
  switch (protocol) {
    case "anthropic":
      return inMember(body, "system", mode, text, (words) => ({ type: "text", text: words }));
    case "bedrock-converse":
      return inMember(body, "system", mode, text, (words) => ({ text: words }), true);
    case "gemini":
      return inGemini(body, mode, text);
    case "openai-responses":
      return inMember(body, "instructions", mode, text, undefined);
    case "openai-chat": case "cohere": case "ollama":
      return inMessages(body, mode, text);
    default:
      return false;
  }
}

type Mode = SystemInjection["mode"];

const isTree = (value: Json | undefined): value is Tree => typeof value === "object" && value !== null && !Array.isArray(value);

/** A text, or a list of blocks with text. */
function joined(there: Json | undefined, mode: Mode, text: string, block: ((words: string) => Json) | undefined, alwaysBlocks: boolean): Json | undefined {
  const wrapped = (words: string): Json => (alwaysBlocks && block ? [block(words)] : words);
  if (there === undefined || there === null || there === "" || (Array.isArray(there) && there.length === 0) || mode === "replace") return wrapped(text);
  if (mode === "if_absent") return undefined;
  const front = mode === "prepend";
  if (typeof there === "string") return front ? text + APART + there : there + APART + text;
  if (!Array.isArray(there) || !block) return undefined;
  // Behind a mark of what is to be cached nothing may change: the words stand before the first or after the last block.
  return front ? [block(text), ...(there as Json[])] : [...(there as Json[]), block(text)];
}

function inMember(body: Tree, name: string, mode: Mode, text: string, block: ((words: string) => Json) | undefined, alwaysBlocks = false): boolean {
  const value = joined(body[name], mode, text, block, alwaysBlocks);
  if (value === undefined) return false;
  body[name] = value;
  return true;
}

function inGemini(body: Tree, mode: Mode, text: string): boolean {
  const name = "system_instruction" in body ? "system_instruction" : "systemInstruction";
  const given = body[name];
  const value = joined(isTree(given) ? given.parts : given, mode, text, (words) => ({ text: words }), true);
  if (value === undefined) return false;
  // A bare text is taken by some clients' vendors as a content of one part.
  body[name] = { ...(isTree(given) ? given : {}), parts: typeof value === "string" ? [{ text: value }] : value };
  return true;
}

const SPEAKS_FOR_SHOP: ReadonlySet<unknown> = new Set(["system", "developer"]);

function inMessages(body: Tree, mode: Mode, text: string): boolean {
  if (!Array.isArray(body.messages)) return false;
  const messages = [...(body.messages as Json[])];
  const at = messages.findIndex((message) => isTree(message) && SPEAKS_FOR_SHOP.has(message.role));
  if (at < 0) {
    body.messages = [{ role: "system", content: text }, ...messages];
    return true;
  }
  if (mode === "if_absent") return false;
  if (mode === "replace") {
    const others = messages.filter((message) => !isTree(message) || !SPEAKS_FOR_SHOP.has(message.role));
    body.messages = [{ ...(messages[at] as Tree), content: text }, ...others];
    return true;
  }
  const first = messages[at] as Tree;
  const content = joined(first.content, mode, text, (words) => ({ type: "text", text: words }), false);
  if (content === undefined) return false;
  messages[at] = { ...first, content };
  body.messages = messages;
  return true;
}
