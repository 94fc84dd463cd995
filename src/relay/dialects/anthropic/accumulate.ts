import { plainText } from "#relay/canonical/plain.ts";
import { openedBy, parseInput, pieceOf } from "#relay/dialects/anthropic/block-types.ts";
import { mergeUsage } from "#relay/dialects/anthropic/usage.ts";
import { asWire, isWire, listOf, textOf, type Wire } from "#relay/dialects/anthropic/wire.ts";
import type { Json } from "#relay/canonical/request.ts";

type Growing = Record<string, Json>;

/** Puts the events of a message, parsed, together; undefined when its opening never came. */
export function accumulate(events: Iterable<Wire>): Wire | undefined {
  let message: Growing | undefined;
  const blocks: Growing[] = [];
  const inputs = new Map<Growing, string>();
  // By the index under which they were opened last: some copies of this format call all of them the first.
  const known = new Map<number, Growing>();
  const open = (index: number, block: Growing): void => {
    known.set(index, block);
    blocks.push(block);
  };
  for (const event of events) {
    const index = typeof event.index === "number" ? event.index : 0;
    if (event.type === "message_start") message ??= { ...asWire(event.message) };
    else if (event.type === "content_block_start") open(index, { ...asWire(event.content_block) });
    else if (event.type === "content_block_delta") {
      const delta = asWire(event.delta), opened = openedBy(plainText(delta.type), textOf(known.get(index)?.type));
      if (opened !== undefined) open(index, { type: opened });
      grow(known.get(index), inputs, delta);
    } else if (event.type === "message_delta" && message) {
      Object.assign(message, asWire(event.delta), { usage: mergeUsage(asWire(message.usage), event.usage) });
      if (isWire(event.context_management)) message.context_management = event.context_management;
    }
  }
  if (!message) return undefined;
  for (const [block, text] of inputs) block.input = parseInput(text);
  return { ...message, content: blocks };
}

function grow(block: Growing | undefined, inputs: Map<Growing, string>, delta: Wire): void {
  if (!block) return;
  switch (delta.type) {
    case "text_delta":
      block.text = (textOf(block.text) ?? "") + (textOf(delta.text) ?? "");
      return;
    case "thinking_delta":
      block.thinking = (textOf(block.thinking) ?? "") + (textOf(delta.thinking) ?? "");
      return;
    case "signature_delta":
      block.signature = delta.signature ?? "";
      return;
    case "citations_delta":
      block.citations = [...listOf(block.citations), delta.citation ?? null];
      return;
    case "input_json_delta":
      inputs.set(block, (inputs.get(block) ?? "") + pieceOf(delta.partial_json));
      return;
    case "compaction_delta":
      block.content = delta.content ?? null;
  }
}
