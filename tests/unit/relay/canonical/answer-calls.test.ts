import { expect, test } from "vitest";
import { withAnsweredCalls } from "#relay/canonical/answer-calls.ts";
import type { ChatRequest, Message } from "#relay/canonical/request.ts";

const request = (...messages: Message[]): ChatRequest =>
  ({ origin: "openai-chat", model: "m", stream: false, system: [], messages, tools: [], output: { format: "text" }, modalities: ["text"], sampling: {}, candidates: 1, includeUsage: false, cache: {}, metadata: {}, betas: [], extra: {} });
const user = (text: string): Message => ({ role: "user", parts: [{ type: "text", text }] });
const calls = (...ids: string[]): Message => ({ role: "assistant", parts: ids.map((id) => ({ type: "tool-call", id, name: `f_${id}`, arguments: "{}" })) });
const results = (...ids: string[]): Message => ({ role: "tool", parts: ids.map((callId) => ({ type: "tool-result", callId, parts: [{ type: "text", text: "ok" }] })) });
const system: Message = { role: "system", parts: [{ type: "text", text: "Be brief." }] };

/** Roles, and of results the calls they are for; `!` marks an error. */
const shape = ({ messages }: ChatRequest): string[] =>
  messages.map((message) => (message.role === "tool" ? `tool ${message.parts.map(({ callId, isError }) => `${callId}${isError ? "!" : ""}`).join(" ")}` : message.role));

test.each<[string, Message[], string[]]>([
  ["a call that the user talks over", [user("a"), calls("1"), user("b")], ["user", "assistant", "tool 1!", "user"]],
  ["one of two", [calls("1", "2"), results("2"), user("b")], ["assistant", "tool 2 1!", "user"]],
  ["the last of all", [user("a"), calls("1")], ["user", "assistant", "tool 1!"]],
  ["the next step of the same loop", [calls("1", "2"), results("1"), calls("3"), results("3")], ["assistant", "tool 1 2!", "assistant", "tool 3"]],
  ["calls in two messages one after the other", [calls("1"), calls("2"), results("2"), user("b")], ["assistant", "assistant", "tool 2 1!", "user"]],
  ["a word of the system's between", [calls("1"), system, user("b")], ["assistant", "tool 1!", "system", "user"]],
])("%s gets a result, an error, beside the others of its step", (_name, messages, expected) => {
  const mended = withAnsweredCalls(request(...messages));
  expect(shape(mended)).toEqual(expected);
  expect(withAnsweredCalls(mended)).toBe(mended);
});

test("the result names its call's tool", () => {
  const { messages } = withAnsweredCalls(request(calls("1")));
  expect(messages[1]).toMatchObject({ role: "tool", parts: [{ callId: "1", name: "f_1", isError: true, parts: [{ type: "text", text: expect.stringContaining("No result") as string }] }] });
});

test("a whole history stays the same object", () => {
  const whole = request(user("a"), calls("1", "2"), system, results("1"), results("2"), user("b"), { role: "assistant", parts: [{ type: "text", text: "c" }] });
  expect(withAnsweredCalls(whole)).toBe(whole);
});
