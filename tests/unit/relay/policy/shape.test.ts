import { expect, test } from "vitest";
import { channelSettingsField } from "#channels/channel-settings.ts";
import type { WireFormat } from "#relay/dialects/wire-format.ts";
import { ThoughtsInText } from "#relay/conversion/thoughts-in-text.ts";
import { createEndUserNames } from "#relay/policy/end-user-names.ts";
import { filterBetas, overrideHeaders } from "#relay/policy/header-override.ts";
import { injectSystem } from "#relay/policy/inject-system.ts";
import type { Tree } from "#relay/policy/json-pointer.ts";
import { compileRoutePolicy } from "#relay/policy/route-policy.ts";
import { costFacts, shapeBytes } from "#relay/policy/shape-body.ts";
import { providers } from "#relay/providers/index.ts";

const FACTS = { model: "m", endpoint: "chat", group: "g" };

function shape(settings: unknown, body: string, { provider = "openai-compatible", upstreamModel = "m", protocol = "openai-chat", ...rest }: Partial<Parameters<typeof shapeBytes>[0]> & { provider?: string; upstreamModel?: string } = {}) {
  const policy = compileRoutePolicy({
    settings: channelSettingsField.parse(settings), provider: providers.get(provider)!, upstreamModel, endpoints: [{ dialect: protocol, path: "/x" }], facts: FACTS, operation: "chat",
  })!;
  const warned: string[] = [], changed: string[] = [];
  const noted = { warn: (code: string) => void warned.push(code), change: (code: string) => void changed.push(code) };
  const sent = Buffer.concat(shapeBytes({ policy, protocol, stream: false, noted, ...rest }, [Buffer.from(body.slice(0, 3)), Buffer.from(body.slice(3))])).toString();
  return { sent, warned, changed };
}

test("whole members are spliced: the rest of the bytes stays as it was", () => {
  const settings = { params: [{ op: "set", path: "/temperature", value: 0.5 }, { op: "delete", path: "/user" }, { op: "set", path: "/top_k", value: 3 }] };
  expect(shape(settings, '{ "model":"m",  "temperature" : 1.0, "big": 1e400, "user":"u" }').sent).toBe('{"top_k":3, "model":"m",  "temperature" : 0.5, "big": 1e400 }');
  expect(shape(settings, '{ "model":"m",  "temperature" : 1.0, "big": 1e400, "user":"u" }').changed).toEqual(["set:/temperature", "delete:/user", "set:/top_k"]);
});

test("a name that stands twice is written anew", () => {
  expect(JSON.parse(shape({ params: [{ op: "delete", path: "/foo" }] }, '{"foo":1,"model":"m","foo":2}').sent)).toEqual({ model: "m" });
});

test("rules of the model come first, then the shop's words, then the operator's changes", () => {
  const settings = { system: { mode: "prepend", text: "Be kind." }, params: [{ op: "append", path: "/messages/0/content", value: "!" }] };
  const { sent, warned, changed } = shape(settings, '{"messages":[{"role":"system","content":"Be brief."}],"seed":1,"logit_bias":{"1":1}}', { provider: "mistral" });
  expect(JSON.parse(sent)).toEqual({ messages: [{ role: "system", content: "Be kind.\n\nBe brief.!" }], random_seed: 1 });
  expect(warned).toEqual(["unknown:logit_bias"]);
  expect(changed).toEqual(["system", "append:/messages/0/content"]);
});

test.each(["/max_tokens", "/a/b"])("no change of %s lifts the cap that the money has set", (second) => {
  const raise = { params: [{ op: "set", path: "/max_tokens", value: 9_000 }, { op: "set", path: second, value: 9_000 }] };
  const remove = { params: [{ op: "delete", path: "/max_tokens" }, { op: "delete", path: second }] };
  expect((JSON.parse(shape(raise, '{"max_tokens":50}', { maxTokens: 50 }).sent) as Tree).max_tokens).toBe(50);
  expect((JSON.parse(shape(remove, '{"max_tokens":50,"a":{"b":1}}', { maxTokens: 50 }).sent) as Tree).max_tokens).toBe(50);
  expect((JSON.parse(shape({ params: [{ op: "set", path: "/max_tokens", value: 20 }] }, '{"max_tokens":50}', { maxTokens: 50 }).sent) as Tree).max_tokens).toBe(20);
});

test("a vendor is asked the other way round", () => {
  expect(shape({ force_stream: true }, '{"model":"m"}', { stream: true, turned: true }).sent).toBe('{"stream":true,"model":"m"}');
  expect(shape({ force_non_stream: true }, '{"model":"m","stream":true,"stream_options":{}}', { turned: true }).sent).toBe('{"model":"m"}');
});

test("what decides the cost is found in every protocol", () => {
  expect(costFacts({ max_tokens: 5, max_completion_tokens: 7, n: 2 })).toEqual({ maxTokens: 7, candidates: 2 });
  expect(costFacts({ generationConfig: { maxOutputTokens: 9, candidateCount: 3 } })).toEqual({ maxTokens: 9, candidates: 3 });
  expect(costFacts({})).toEqual({ candidates: 1 });
});

const INJECTED: readonly (readonly [string, WireFormat, string, Tree, Tree])[] = [
  ["none yet", "openai-chat", "prepend", { messages: [{ role: "user", content: "?" }] }, { messages: [{ role: "system", content: "S" }, { role: "user", content: "?" }] }],
  ["a developer's", "openai-chat", "append", { messages: [{ role: "developer", content: "D" }] }, { messages: [{ role: "developer", content: "D\n\nS" }] }],
  ["parts", "openai-chat", "prepend", { messages: [{ role: "system", content: [{ type: "text", text: "D" }] }] }, { messages: [{ role: "system", content: [{ type: "text", text: "S" }, { type: "text", text: "D" }] }] }],
  ["instead", "openai-chat", "replace", { messages: [{ role: "system", content: "D" }, { role: "user", content: "?" }, { role: "system", content: "E" }] }, { messages: [{ role: "system", content: "S" }, { role: "user", content: "?" }] }],
  ["there already", "openai-chat", "if_absent", { messages: [{ role: "system", content: "D" }] }, { messages: [{ role: "system", content: "D" }] }],
  ["Anthropic's text", "anthropic", "prepend", { system: "D" }, { system: "S\n\nD" }],
  ["Anthropic's blocks", "anthropic", "append", { system: [{ type: "text", text: "D", cache_control: { type: "ephemeral" } }] }, { system: [{ type: "text", text: "D", cache_control: { type: "ephemeral" } }, { type: "text", text: "S" }] }],
  ["Anthropic's none", "anthropic", "if_absent", {}, { system: "S" }],
  ["Google's", "gemini", "prepend", { system_instruction: { role: "user", parts: [{ text: "D" }] } }, { system_instruction: { role: "user", parts: [{ text: "S" }, { text: "D" }] } }],
  ["Google's none", "gemini", "append", {}, { systemInstruction: { parts: [{ text: "S" }] } }],
  ["Responses", "openai-responses", "prepend", { instructions: "D" }, { instructions: "S\n\nD" }],
  ["Bedrock", "bedrock-converse", "append", { system: [{ text: "D" }] }, { system: [{ text: "D" }, { text: "S" }] }],
];

test.each(INJECTED)("the shop's words: %s (%s, %s)", (_name, protocol, mode, before, after) => {
  const body = structuredClone(before);
  const changed = injectSystem(body, protocol, { mode: mode as "prepend", text: "S" });
  expect(body).toEqual(after);
  expect(changed).toBe(JSON.stringify(before) !== JSON.stringify(after));
});

test("headers are set, taken away and filled in; a client's absent header is not sent", () => {
  const { headers } = channelSettingsField.parse({
    headers: [
      { op: "set", name: "X-Org", value: "acme" }, { op: "set", name: "authorization", value: "Token {api_key}" }, { op: "set", name: "x-trace", value: "{request_id}" },
      { op: "set", name: "x-title", value: "{client:x-title}" }, { op: "set", name: "x-lang", value: "{client:accept-language}" }, { op: "remove", name: "User-Agent" },
    ],
  });
  const facts = { apiKey: "sk-1", requestId: "req_1", client: { "x-title": "caf\u00e9\r\nx: y", authorization: "Bearer mine" } };
  expect(overrideHeaders({ "user-agent": "us", authorization: "Bearer sk-1" }, headers!, facts)).toEqual({ authorization: "Token sk-1", "x-org": "acme", "x-trace": "req_1", "x-title": "cafx: y" });
});

test.each([
  { op: "set", name: "Host", value: "x" }, { op: "set", name: "cookie", value: "x" }, { op: "remove", name: "content-length" }, { op: "set", name: "x-a", value: "{client:authorization}" },
  { op: "set", name: "x-a", value: "{nonsense}" }, { op: "set", name: "x a", value: "x" }, { op: "set", name: "x-a", value: "a\r\nb: c" }, { op: "set", name: "x-forwarded-for", value: "1.2.3.4" },
])("no operator's header: %j", (op) => {
  expect(channelSettingsField.safeParse({ headers: [op] }).success).toBe(false);
});

test("betas are passed on as far as the channel's vendor knows them", () => {
  expect(filterBetas("a-1, b-2,c-3", { only: ["a-1", "b-2"], drop: ["b-2"] })).toBe("a-1");
  expect(filterBetas("b-2", { drop: ["b-2"] })).toBeUndefined();
});

test("a user's name is the same for one customer and another for the next, and cannot be read", () => {
  const names = createEndUserNames(Buffer.alloc(32, 7));
  expect(names("a", "bob@example.com")).toBe(names("a", "bob@example.com"));
  expect(names("b", "bob@example.com")).not.toBe(names("a", "bob@example.com"));
  expect(names("a", "bob@example.com")).toMatch(/^[0-9a-f]{32}$/);
});

test("thoughts become text between marks; what cannot be read falls away", () => {
  const thoughts = new ThoughtsInText();
  const events = thoughts.take([
    { type: "start", id: "1", model: "m" }, { type: "reasoning-proof", index: 0, redacted: "xxx" }, { type: "block-end", index: 0 },
    { type: "reasoning-delta", index: 1, text: "hm" }, { type: "reasoning-delta", index: 1, text: "m" }, { type: "reasoning-proof", index: 1, proof: { family: "f", value: "v" } }, { type: "block-end", index: 1 },
    { type: "text-delta", index: 2, text: "hi" }, { type: "block-end", index: 2 }, { type: "end", finish: "stop" },
  ]);
  expect(events).toEqual([
    { type: "start", id: "1", model: "m" }, { type: "text-delta", index: 0, text: "<think>\nhm" }, { type: "text-delta", index: 0, text: "m" }, { type: "text-delta", index: 0, text: "\n</think>\n\n" }, { type: "block-end", index: 0 },
    { type: "text-delta", index: 1, text: "hi" }, { type: "block-end", index: 1 }, { type: "end", finish: "stop" },
  ]);
});
