import type { Json } from "#relay/canonical/request.ts";
import { asWire, compact, listOf, textOf, wordOf, type Wire } from "#relay/dialects/anthropic/wire.ts";

/** A whole message as the events that would have made it. */
export function messageEvents(message: Wire): readonly Wire[] {
  const { content, stop_reason, stop_sequence, stop_details, container, context_management, usage, ...head } = message;
  const opening = { ...head, content: [], stop_reason: null, stop_sequence: null, ...(usage === undefined ? {} : { usage }) };
  return [
    { type: "message_start", message: opening },
    ...listOf(content).flatMap((block, index) => blockEvents(asWire(block), index)),
    compact({
      type: "message_delta",
      delta: compact({ stop_reason: stop_reason ?? "end_turn", stop_sequence: stop_sequence ?? null, stop_details, container }),
      usage: usage ?? {}, context_management,
    }),
    { type: "message_stop" },
  ];
}

function blockEvents(block: Wire, index: number): readonly Wire[] {
  const { opening, deltas } = taken(block);
  return [
    { type: "content_block_start", index, content_block: opening },
    ...deltas.map((delta): Wire => ({ type: "content_block_delta", index, delta })),
    { type: "content_block_stop", index },
  ];
}

/** What a block begins with, and what follows in deltas. Blocks of results come whole. */
function taken(block: Wire): Readonly<{ opening: Wire; deltas: readonly Wire[] }> {
  switch (block.type) {
    case "text": {
      const cites = listOf(block.citations).map((citation: Json): Wire => ({ type: "citations_delta", citation }));
      const opening: Wire = { ...block, text: "", ...(cites.length > 0 ? { citations: [] } : {}) };
      return { opening, deltas: [...cites, { type: "text_delta", text: textOf(block.text) ?? "" }] };
    }
    case "thinking": {
      const signature = wordOf(block.signature);
      const deltas: Wire[] = [{ type: "thinking_delta", thinking: textOf(block.thinking) ?? "" }];
      if (signature !== undefined) deltas.push({ type: "signature_delta", signature });
      return { opening: { ...block, thinking: "", signature: "" }, deltas };
    }
    case "tool_use": case "server_tool_use": case "mcp_tool_use":
      return { opening: { ...block, input: {} }, deltas: [{ type: "input_json_delta", partial_json: JSON.stringify(block.input ?? {}) }] };
    default:
      return { opening: block, deltas: [] };
  }
}
