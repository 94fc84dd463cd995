import type { CanonicalEvent, FinishReason } from "#relay/canonical/events.ts";
import type { Citation, Json, Proof } from "#relay/canonical/request.ts";
import type { Usage } from "#money/usage.ts";

export type Block =
  | { type: "text"; index: number; text: string; proof?: Proof; citations: Citation[]; logprobs: Json[] }
  | { type: "reasoning"; index: number; text: string; summary?: boolean; proof?: Proof; redacted?: string; id?: string }
  | { type: "refusal"; index: number; text: string }
  | { type: "tool"; index: number; id: string; name: string; arguments: string; custom?: boolean; proof?: Proof }
  | { type: "image"; index: number; mime: string; base64: string }
  | { type: "audio"; index: number; base64: string; transcript: string; id?: string; expiresAt?: number }
  | { type: "server-tool"; index: number; raw: Json[] };

export type Candidate = { number: number; blocks: Block[]; finish?: FinishReason };

/** A whole answer. The first candidate is always there. */
export type Answer = { id: string; model: string; created?: number; candidates: Candidate[]; finish: FinishReason; native?: string; stopSequence?: string; usage?: Usage };

/** Puts the events of an answer together, blocks in the order of their opening. */
export function aggregate(events: readonly CanonicalEvent[]): Answer {
  const first: Candidate = { number: 0, blocks: [] };
  const answer: Answer = { id: "", model: "", candidates: [first], finish: "stop" };
  let candidate = first;
  for (const event of events) {
    switch (event.type) {
      case "start":
        answer.id = event.id;
        answer.model = event.model;
        if (event.created !== undefined) answer.created = event.created;
        if (event.usage) answer.usage = event.usage;
        break;
      case "usage":
        answer.usage = event.usage;
        break;
      case "candidate":
        candidate = candidateOf(answer, event.number);
        if (event.finish !== undefined) candidate.finish = event.finish;
        break;
      case "end":
        answer.finish = event.finish;
        first.finish ??= event.finish;
        if (event.native !== undefined) answer.native = event.native;
        if (event.stopSequence !== undefined) answer.stopSequence = event.stopSequence;
        if (event.usage) answer.usage = event.usage;
        break;
      default:
        addToBlock(candidate.blocks, event);
    }
  }
  return answer;
}

function candidateOf({ candidates }: Answer, number: number): Candidate {
  let found = candidates.find((known) => known.number === number);
  if (!found) candidates.push((found = { number, blocks: [] }));
  return found;
}

function addToBlock(blocks: Block[], event: CanonicalEvent): void {
  switch (event.type) {
    case "text-delta":
      textOf(blocks, event.index).text += event.text;
      return;
    case "text-proof":
      textOf(blocks, event.index).proof = event.proof;
      return;
    case "citation":
      textOf(blocks, event.index).citations.push(event.citation);
      return;
    case "logprobs":
      textOf(blocks, event.index).logprobs.push(event.raw);
      return;
    case "reasoning-delta": {
      const block = reasoningOf(blocks, event.index);
      block.text += event.text;
      if (event.summary) block.summary = true;
      return;
    }
    case "reasoning-proof": {
      const { proof, redacted, id } = event;
      Object.assign(reasoningOf(blocks, event.index), { ...(proof && { proof }), ...(redacted !== undefined && { redacted }), ...(id !== undefined && { id }) });
      return;
    }
    case "refusal-delta":
      refusalOf(blocks, event.index).text += event.text;
      return;
    case "tool-start": {
      const { index, id, name, custom, proof } = event;
      blocks.push({ type: "tool", index, id, name, arguments: "", ...(custom && { custom }), ...(proof && { proof }) });
      return;
    }
    case "tool-delta": {
      const block = find(blocks, event.index, "tool");
      if (block) block.arguments += event.arguments;
      return;
    }
    case "image":
      if (!event.partial) blocks.push({ type: "image", index: event.index, mime: event.mime, base64: event.base64 });
      return;
    case "audio-delta":
      addAudio(blocks, event);
      return;
    case "server-tool":
      serverToolOf(blocks, event.index).raw.push(event.raw);
      return;
    default:
  }
}

const find = <Type extends Block["type"]>(blocks: readonly Block[], index: number, type: Type): Extract<Block, { type: Type }> | undefined =>
  blocks.find((block): block is Extract<Block, { type: Type }> => block.index === index && block.type === type);

function opened<Type extends Block["type"]>(blocks: Block[], fresh: Extract<Block, { type: Type }>): Extract<Block, { type: Type }> {
  const known = find(blocks, fresh.index, fresh.type as Type);
  if (!known) blocks.push(fresh);
  return known ?? fresh;
}

const textOf = (blocks: Block[], index: number) => opened<"text">(blocks, { type: "text", index, text: "", citations: [], logprobs: [] });
const reasoningOf = (blocks: Block[], index: number) => opened<"reasoning">(blocks, { type: "reasoning", index, text: "" });
const refusalOf = (blocks: Block[], index: number) => opened<"refusal">(blocks, { type: "refusal", index, text: "" });
const serverToolOf = (blocks: Block[], index: number) => opened<"server-tool">(blocks, { type: "server-tool", index, raw: [] });

function addAudio(blocks: Block[], { index, base64, transcript, id, expiresAt }: Extract<CanonicalEvent, { type: "audio-delta" }>): void {
  const block = opened<"audio">(blocks, { type: "audio", index, base64: "", transcript: "" });
  // Pieces are encoded each for itself: where one ends in padding, the texts cannot simply be joined.
  if (base64 !== undefined) block.base64 = block.base64.endsWith("=") ? Buffer.concat([Buffer.from(block.base64, "base64"), Buffer.from(base64, "base64")]).toString("base64") : block.base64 + base64;
  block.transcript += transcript ?? "";
  if (id !== undefined) block.id = id;
  if (expiresAt !== undefined) block.expiresAt = expiresAt;
}
