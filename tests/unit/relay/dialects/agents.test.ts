import { expect, test } from "vitest";
import { aggregate } from "#relay/canonical/aggregate.ts";
import type { ReplyOptions } from "#relay/canonical/codec.ts";
import type { CanonicalEvent } from "#relay/canonical/events.ts";
import type { JsonObject } from "#relay/canonical/request.ts";
import { clientCodecs, upstreamCodecs } from "#relay/dialects/codecs.ts";
import { providers } from "#relay/providers/index.ts";

/** What agents rely on over many turns. */

const { flags } = providers.get("openai-compatible")!;
const bytes = (reply: object): Buffer => Buffer.from(JSON.stringify(reply));
const CALL: readonly CanonicalEvent[] = [
  { type: "start", id: "r", model: "m" }, { type: "tool-start", index: 0, id: "call_a", name: "spawn", proof: { family: "gemini", value: "c2ln" } }, { type: "tool-delta", index: 0, arguments: '{"n":1}' }, { type: "block-end", index: 0 },
  { type: "end", finish: "tool-calls" },
];

test.each([
  ["ollama", { model: "m", message: { role: "assistant", content: "", tool_calls: [{ function: { name: "look", arguments: {} } }] }, done: true, done_reason: "stop" }],
  ["cohere", { id: "c", finish_reason: "TOOL_CALL", message: { role: "assistant", tool_calls: [{ type: "function", function: { name: "look", arguments: "{}" } }] } }],
  ["bedrock-converse", { output: { message: { role: "assistant", content: [{ toolUse: { name: "look", input: {} } }] } }, stopReason: "tool_use", usage: { inputTokens: 1, outputTokens: 1 } }],
] as const)("a call of a vendor of %s that names none has an id that no earlier call had", (protocol, reply) => {
  const ids = [1, 2, 3].map(() => upstreamCodecs[protocol]!.decodeReply(bytes(reply), { flags }).find((event) => event.type === "tool-start")!.id);
  expect(new Set(ids).size).toBe(3);
  for (const id of ids) expect(id).toMatch(/^call_\w+$/);
});

const reply = (dialect: "anthropic" | "openai-responses", body: JsonObject): ReplyOptions =>
  ({ model: "shop", requestId: "req_01K2ABC", createdAt: 1, includeUsage: true, inputTokensEstimate: 1, request: clientCodecs[dialect]!.decodeRequest({ model: "shop", ...body }, { betas: [] }) });

test("a call of a tool that the client keeps in a namespace names it, streamed and whole", () => {
  const options = reply("openai-responses", { input: "hi", tools: [{ type: "namespace", name: "agents", description: "d", tools: [{ type: "function", name: "spawn", parameters: {} }] }, { type: "function", name: "other", parameters: {} }] });
  const codec = clientCodecs["openai-responses"]!, encoder = codec.streamEncoder(options);
  expect(codec.encodeReply(CALL, options).output).toMatchObject([{ type: "reasoning" }, { type: "function_call", name: "spawn", namespace: "agents" }]);
  expect(CALL.map((event) => encoder.push(event)).join("")).toContain('"name":"spawn","namespace":"agents"');
  const plain = reply("openai-responses", { input: "hi", tools: [{ type: "function", name: "spawn", parameters: {} }] });
  expect(JSON.stringify(codec.encodeReply(CALL, plain))).not.toContain("namespace");
});

test("the proof of a call comes back through Anthropic's format, and never reaches Anthropic", () => {
  const codec = clientCodecs.anthropic!, options = reply("anthropic", { max_tokens: 9, messages: [{ role: "user", content: "hi" }] });
  const { content } = codec.encodeReply(CALL, options) as unknown as { content: readonly JsonObject[] };
  expect(content.map(({ type }) => type)).toEqual(["redacted_thinking", "tool_use"]);
  const history = { model: "shop", max_tokens: 9, messages: [{ role: "user", content: "hi" }, { role: "assistant", content }, { role: "user", content: [{ type: "tool_result", tool_use_id: "call_a", content: "done" }] }] } as unknown as JsonObject;
  const request = codec.decodeRequest(history, { betas: [] });
  expect(request.messages[1]).toMatchObject({ role: "assistant", parts: [{ type: "tool-call", id: "call_a", proof: { family: "gemini", value: "c2ln" } }] });
  const told = { flags, strict: false, warn: () => undefined };
  expect(JSON.stringify(upstreamCodecs.gemini!.encodeRequest(request, { ...told, upstreamModel: "gemini-3-pro-preview" }).body)).toContain('"thoughtSignature":"c2ln"');
  expect(JSON.stringify(upstreamCodecs.anthropic!.encodeRequest(request, { ...told, upstreamModel: "claude-sonnet-4-5" }).body)).not.toContain("redacted_thinking");
});

test("the proof of a text waits for the sources that come behind it", () => {
  const codec = clientCodecs["openai-responses"]!, options = reply("openai-responses", { input: "hi" });
  const output = codec.encodeReply([
    { type: "start", id: "r", model: "m" }, { type: "text-delta", index: 0, text: "Bern" }, { type: "text-proof", index: 0, proof: { family: "gemini", value: "c2ln" } },
    { type: "citation", index: 0, citation: { kind: "url", url: "https://a.example", title: "A", start: 0, end: 4 } }, { type: "block-end", index: 0 }, { type: "end", finish: "stop" },
  ], options).output as readonly JsonObject[];
  expect(output).toMatchObject([{ type: "message", content: [{ text: "Bern", annotations: [{ url: "https://a.example" }] }] }, { type: "reasoning" }]);
});

test.each([
  ["openai-chat", "up-model", true], ["openai-chat", "sonar-pro", false], ["gemini", "gemini-2.5-flash", true], ["gemini", "gemini-3-pro-preview", false], ["cohere", "command-r", true], ["ollama", "qwen3", true], ["bedrock-converse", "meta.llama3", true],
] as const)("a search that is only offered beside functions is left out for %s %s: %s", (protocol, upstreamModel, dropped) => {
  const tools = [{ type: "function", name: "look", parameters: {} }, { type: "web_search" }];
  const read = (more: JsonObject) => clientCodecs["openai-responses"]!.decodeRequest({ model: "shop", input: "hi", ...more } as JsonObject, { betas: [] });
  const warned: string[] = [];
  const told = { upstreamModel, flags, strict: false, warn: (loss: string) => void warned.push(loss) };
  upstreamCodecs[protocol]!.encodeRequest(read({ tools } as unknown as JsonObject), told);
  expect(warned.includes("web_search_dropped")).toBe(dropped);
  if (protocol !== "openai-chat" && protocol !== "gemini") expect(() => upstreamCodecs[protocol]!.encodeRequest(read({ tools: [tools[1]] } as unknown as JsonObject), told)).toThrow(expect.objectContaining({ code: "unsupported_parameter" }));
});

test("a piece that belongs to an item of another kind is nobody's, and the rest is read", () => {
  const decoder = upstreamCodecs["openai-responses"]!.streamDecoder({ flags });
  const events = [
    { type: "response.created", response: { id: "resp_1", model: "m" } }, { type: "response.output_item.added", output_index: 0, item: { type: "message", id: "msg_1", role: "assistant", content: [] } },
    { type: "response.function_call_arguments.delta", output_index: 0, delta: "{}" }, { type: "response.output_text.delta", output_index: 0, content_index: 0, delta: "Bern" },
    { type: "response.completed", response: { id: "resp_1", model: "m", status: "completed", output: [{ type: "message", id: "msg_1", role: "assistant", content: [{ type: "output_text", text: "Bern", annotations: [] }] }] } },
  ].flatMap((event) => [...decoder.push(Buffer.from(`data: ${JSON.stringify(event)}\n\n`))]);
  expect(aggregate(events).candidates[0]!.blocks).toMatchObject([{ type: "text", text: "Bern" }]);
});
