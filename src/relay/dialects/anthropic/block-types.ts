import type { Json } from "#relay/canonical/request.ts";
import { isWire, textOf, type Wire } from "#relay/dialects/anthropic/wire.ts";

/** Blocks that only this format knows: what the vendor ran itself, and its own notes on the conversation. */
const OWN = new Set(["server_tool_use", "mcp_tool_use", "compaction", "fallback", "container_upload", "tool_reference", "advisor_tool_use"]);

/** `tool_result` is the client's; all other results are those of tools that the vendor ran. */
const isServerResult = (type: string): boolean => type.endsWith("_tool_result");

export const isServerType = (type: string): boolean => OWN.has(type) || isServerResult(type);

/** A block of this format in what came through the canonical form: others' server tools look different. */
export function isServerBlock(raw: Json): raw is Wire {
  const type = isWire(raw) ? textOf(raw.type) : undefined;
  // Others shorten conversations, too, and call that the same.
  return type !== undefined && isServerType(type) && !(type === "compaction" && isWire(raw) && raw.encrypted_content !== undefined);
}

/** The kind of block that a piece belongs to: copies of this format forget to open blocks, or to say that another one begins. */
const OPENED_BY: Readonly<Record<string, string>> = { text_delta: "text", thinking_delta: "thinking", signature_delta: "thinking" };

/** What has to be opened before a piece can go on with it; undefined = nothing. @param block the type of the one that is open */
export function openedBy(delta: string, block: string | undefined): string | undefined {
  const opened = OPENED_BY[delta];
  if (block === undefined) return opened;
  return delta !== "signature_delta" && opened !== block ? opened : undefined;
}

/** A piece of a tool's arguments, also where it is no text. */
export const pieceOf = (piece: Json | undefined): string => (typeof piece === "object" && piece !== null ? JSON.stringify(piece) : textOf(piece) ?? "");

/** An object of arguments, from the pieces of its text. What is no JSON object is kept as it was said. */
export function parseInput(text: string): Wire {
  if (text.trim() === "") return {};
  try {
    const value = JSON.parse(text) as Json;
    return isWire(value) ? value : { _raw: text };
  } catch {
    return { _raw: text };
  }
}
