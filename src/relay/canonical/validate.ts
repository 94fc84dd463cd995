import type { CanonicalEvent } from "#relay/canonical/events.ts";

type Kind = "text" | "reasoning" | "refusal" | "tool" | "image" | "audio" | "server-tool";
type Open = { kind: Kind; closed: boolean };

const OF_BLOCK: Readonly<Partial<Record<CanonicalEvent["type"], Kind>>> = {
  "text-delta": "text", "text-proof": "text", citation: "text", logprobs: "text",
  "reasoning-delta": "reasoning", "reasoning-proof": "reasoning", "refusal-delta": "refusal",
  "tool-start": "tool", "tool-delta": "tool", image: "image", "audio-delta": "audio", "server-tool": "server-tool",
};
/** These may come to a block that has been closed: they tell of it, they do not go on with it. */
const AFTERWARDS: ReadonlySet<string> = new Set(["text-proof", "citation", "logprobs"]);
/** Closed or not: nobody waits for their end. */
const NEEDS_END: ReadonlySet<Kind> = new Set<Kind>(["text", "reasoning", "refusal", "tool"]);

/**
 * Says where events break what is promised of every answer; undefined = nowhere. A stream that was cut has neither
 * `end` nor `error`: whether that is right, the caller knows.
 */
export function brokenRule(events: readonly CanonicalEvent[]): string | undefined {
  const blocks: Open[] = [];
  let started = false, over = false;
  for (const [at, event] of events.entries()) {
    const wrong = (rule: string): string => `event ${at} (${JSON.stringify(event).slice(0, 200)}): ${rule}`;
    if (over) return wrong("nothing follows the end");
    if (event.type === "start") {
      if (started) return wrong("start comes once");
      started = true;
    } else if (!started && event.type !== "ping" && event.type !== "error") return wrong("start comes first");
    if (event.type === "error") over = true;
    if (event.type === "end") {
      over = true;
      const open = blocks.findIndex(({ kind, closed }) => NEEDS_END.has(kind) && !closed);
      if (open >= 0) return wrong(`block ${open} is not closed`);
    }
    const broken = event.type === "block-end" ? close(blocks, event.index) : touch(blocks, event);
    if (broken !== undefined) return wrong(broken);
  }
  return undefined;
}

function close(blocks: readonly Open[], index: number): string | undefined {
  const block = blocks[index];
  if (!block) return "closes a block that was never opened";
  if (block.closed) return "closes a block twice";
  block.closed = true;
  return undefined;
}

function touch(blocks: Open[], event: CanonicalEvent): string | undefined {
  const kind = OF_BLOCK[event.type];
  if (kind === undefined || !("index" in event)) return undefined;
  const { index } = event;
  if (event.type === "tool-start" && (event.id === "" || event.name === "")) return "a tool has an id and a name";
  const block = blocks[index];
  if (block === undefined) {
    if (index !== blocks.length) return `opens block ${index} where ${blocks.length} is next`;
    if (event.type === "tool-delta") return "a tool begins with its start";
    blocks.push({ kind, closed: false });
    return undefined;
  }
  if (event.type === "tool-start") return "opens a block that is there";
  if (block.kind !== kind) return `says ${kind} of a block of ${block.kind}`;
  if (block.closed && !AFTERWARDS.has(event.type)) return "goes on with a closed block";
  return undefined;
}
