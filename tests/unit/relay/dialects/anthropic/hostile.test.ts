import { expect, test } from "vitest";
import type { ReplyOptions } from "#relay/canonical/codec.ts";
import type { CanonicalEvent } from "#relay/canonical/events.ts";
import type { Json, JsonObject } from "#relay/canonical/request.ts";
import { brokenRule } from "#relay/canonical/validate.ts";
import { anthropic, anthropicClient, anthropicUpstream } from "#relay/dialects/anthropic/index.ts";
import { RelayError } from "#relay/errors.ts";
import { providers } from "#relay/providers/index.ts";
import { seededRandom } from "../../../../support/random.ts";

const { flags } = providers.get("anthropic")!;
const ROUNDS = 800;

const STREAM: readonly JsonObject[] = [
  { type: "message_start", message: { id: "msg_1", type: "message", role: "assistant", model: "m", content: [], usage: { input_tokens: 10, output_tokens: 1, cache_creation: { ephemeral_5m_input_tokens: 1 } } } },
  { type: "content_block_start", index: 0, content_block: { type: "thinking", thinking: "", signature: "" } },
  { type: "content_block_delta", index: 0, delta: { type: "thinking_delta", thinking: "hm" } },
  { type: "content_block_delta", index: 0, delta: { type: "signature_delta", signature: "sig" } },
  { type: "content_block_stop", index: 0 },
  { type: "content_block_start", index: 1, content_block: { type: "text", text: "", citations: [] } },
  { type: "content_block_delta", index: 1, delta: { type: "text_delta", text: "hello" } },
  { type: "content_block_delta", index: 1, delta: { type: "citations_delta", citation: { type: "char_location", cited_text: "c", start_char_index: 0 } } },
  { type: "content_block_stop", index: 1 },
  { type: "content_block_start", index: 2, content_block: { type: "tool_use", id: "t", name: "look", input: {} } },
  { type: "content_block_delta", index: 2, delta: { type: "input_json_delta", partial_json: '{"a":1}' } },
  { type: "content_block_stop", index: 2 },
  { type: "content_block_start", index: 3, content_block: { type: "server_tool_use", id: "s", name: "web_search", input: {} } },
  { type: "content_block_stop", index: 3 },
  { type: "message_delta", delta: { stop_reason: "tool_use", stop_sequence: null }, usage: { output_tokens: 9, server_tool_use: { web_search_requests: 1 }, iterations: [{ type: "compaction" }] } },
  { type: "message_stop" },
];

const BODY: JsonObject = {
  model: "m", max_tokens: 9_000, system: [{ type: "text", text: "s", cache_control: { type: "ephemeral" } }], metadata: { user_id: "ann" }, stop_sequences: ["E"],
  messages: [
    { role: "user", content: [{ type: "text", text: "a" }, { type: "image", source: { type: "base64", media_type: "image/png", data: "iVBORw0KGgo=" } }, { type: "document", source: { type: "text", data: "d" }, title: "t" }] },
    { role: "assistant", content: [{ type: "thinking", thinking: "hm", signature: "mm1.eyJhIjoxfQ" }, { type: "text", text: "b" }, { type: "tool_use", id: "t", name: "look", input: { a: 1 } }] },
    { role: "user", content: [{ type: "tool_result", tool_use_id: "t", content: [{ type: "text", text: "r" }] }, { type: "search_result", title: "x", source: "y", content: [{ type: "text", text: "z" }] }] },
  ],
  tools: [{ name: "look", input_schema: { type: "object", properties: {} } }], tool_choice: { type: "auto" }, thinking: { type: "enabled", budget_tokens: 2_000 },
  output_config: { format: { type: "json_schema", schema: { type: "object" } }, effort: "low" },
};

const STRANGE: readonly Json[] = [null, "", "text", 0, -1, 1e300, 1.5, true, [], {}, [null], { type: "text" }, "tool_use", "\ud800", [{ type: "thinking" }]];

/** The same value with something in it replaced, left out or told twice. */
function spoilt<Value extends Json>(value: Value, random: () => number): Value {
  const pick = (): Json => STRANGE[Math.floor(random() * STRANGE.length)]!;
  if (typeof value !== "object" || value === null || random() < 0.02) return pick() as Value;
  if (Array.isArray(value)) {
    const at = Math.floor(random() * value.length);
    const list = value.slice() as Json[];
    const fate = random();
    if (fate < 0.2) list.splice(at, 1);
    else if (fate < 0.36) list.splice(at, 0, list[Math.floor(random() * list.length)] ?? null);
    else list[at] = spoilt(list[at] ?? null, random);
    return list as unknown as Value;
  }
  const keys = Object.keys(value);
  const key = keys[Math.floor(random() * keys.length)];
  if (key === undefined) return pick() as Value;
  const { [key]: inner, ...rest } = value as JsonObject;
  return (random() < 0.15 ? rest : { ...rest, [key]: spoilt(inner ?? null, random) }) as unknown as Value;
}

/** Most events stay as they are; others are lost, said twice or spoilt. */
function spoiltEvent(event: JsonObject, random: () => number): readonly JsonObject[] {
  const fate = random();
  if (fate < 0.8) return [event];
  if (fate < 0.84) return [];
  return fate < 0.88 ? [event, event] : [spoilt(event, random)];
}

/** What is thrown must be told in the caller's format: nothing else may be. */
function orRefused<Result>(act: () => Result): Result | undefined {
  try {
    return act();
  } catch (error) {
    if (error instanceof RelayError) return undefined;
    throw error;
  }
}

const OPTIONS: ReplyOptions = {
  model: "shop", requestId: "req_1", createdAt: 1, includeUsage: true, inputTokensEstimate: 1, request: anthropicClient.decodeRequest(BODY, { betas: [] }),
};

test("spoilt streams break nothing: what is told keeps its rules, and can be written", () => {
  const random = seededRandom(20_261_121);
  let told = 0;
  for (let round = 0; round < ROUNDS; round++) {
    const events = STREAM.flatMap((event) => spoiltEvent(event, random));
    const text = events.map((event) => `data: ${JSON.stringify(event)}\n\n`).join("");
    const bytes = Buffer.from(random() < 0.2 ? text.slice(0, Math.floor(random() * text.length)) : text);
    const size = 1 + Math.floor(random() * bytes.length);
    const read = orRefused((): readonly CanonicalEvent[] => {
      const decoder = anthropicUpstream.streamDecoder({ flags });
      const out: CanonicalEvent[] = [];
      for (let at = 0; at < bytes.length; at += size) out.push(...decoder.push(bytes.subarray(at, at + size)));
      return [...out, ...decoder.end()];
    });
    if (read) {
      told++;
      expect([text, brokenRule(read)]).toEqual([text, undefined]);
      anthropicClient.encodeReply(read, OPTIONS);
    }
    orRefused(() => {
      const pass = anthropic.passStream({ operation: "chat", publicModel: "shop", upstreamModel: "m", clientWantsUsage: true, rewriteModel: true, flags });
      for (let at = 0; at < bytes.length; at += size) pass.push(bytes.subarray(at, at + size));
      pass.end();
      expect(Number.isFinite(pass.facts.contentBytes)).toBe(true);
    });
  }
  expect(told).toBeGreaterThan(ROUNDS / 4);
});

test("spoilt whole replies are read or refused", () => {
  const random = seededRandom(7);
  const reply = anthropicClient.encodeReply([
    { type: "start", id: "msg_1", model: "m" }, { type: "reasoning-delta", index: 0, text: "hm" }, { type: "block-end", index: 0 }, { type: "text-delta", index: 1, text: "hi" },
    { type: "block-end", index: 1 }, { type: "tool-start", index: 2, id: "t", name: "look" }, { type: "block-end", index: 2 }, { type: "end", finish: "tool-calls" },
  ], OPTIONS);
  let read = 0;
  for (let round = 0; round < ROUNDS; round++) {
    const bytes = Buffer.from(JSON.stringify(spoilt(reply, random)));
    const events = orRefused(() => anthropicUpstream.decodeReply(bytes, { flags }));
    if (events) {
      read++;
      expect([bytes.toString(), brokenRule(events)]).toEqual([bytes.toString(), undefined]);
    }
    orRefused(() => anthropic.passBody(bytes, { operation: "chat", publicModel: "shop", upstreamModel: "m", clientWantsUsage: true, rewriteModel: true, flags }));
  }
  expect(read).toBeGreaterThan(ROUNDS / 2);
});

test("spoilt requests are read or refused by their place, and what is read can be written", () => {
  const random = seededRandom(11);
  let read = 0;
  for (let round = 0; round < ROUNDS; round++) {
    const body = spoilt(spoilt(BODY, random), random);
    if (typeof body !== "object" || body === null || Array.isArray(body)) continue;
    const request = orRefused(() => anthropicClient.decodeRequest(body, { betas: [] }));
    if (!request) continue;
    read++;
    for (const upstreamModel of ["claude-sonnet-4-5", "claude-opus-4-8", "glm-4.6"]) {
      orRefused(() => JSON.stringify(anthropicUpstream.encodeRequest(request, { upstreamModel, flags, strict: false, warn: () => undefined }).body));
    }
  }
  expect(read).toBeGreaterThan(ROUNDS / 10);
});
