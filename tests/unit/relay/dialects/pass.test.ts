import { expect, test } from "vitest";
import { dialects } from "#relay/dialects/index.ts";
import type { DialectId, PassOptions, ReplyFacts } from "#relay/dialects/dialect.ts";
import { scanRequest } from "#relay/http/body/scan.ts";
import { providers } from "#relay/providers/index.ts";
import type { ProviderFlags } from "#relay/providers/provider.ts";

const flagsOf = (id: string): ProviderFlags => providers.get(id)!.flags;
const OPTIONS: PassOptions = {
  operation: "chat", publicModel: "shop", upstreamModel: "up", clientWantsUsage: false, rewriteModel: true, flags: flagsOf("openai"),
};
const event = (value: object): string => `data: ${JSON.stringify(value)}\n\n`;
const delta = (content: string, more: object = {}): string => event({ id: "c-1", model: "up", choices: [{ index: 0, delta: { content }, finish_reason: null }], ...more });
const STOP = event({ id: "c-1", model: "up", choices: [{ index: 0, delta: {}, finish_reason: "stop" }] });
const USAGE = event({ id: "c-1", model: "up", choices: [], usage: { prompt_tokens: 5, completion_tokens: 2, total_tokens: 7 } });
const DONE = "data: [DONE]\n\n";

function pass(parts: readonly string[], over: Partial<PassOptions> = {}, dialect: DialectId = "openai-chat"): { out: string; tail: string; facts: ReplyFacts } {
  const stream = dialects[dialect].passStream({ ...OPTIONS, ...over });
  const out = parts.flatMap((part) => [...stream.push(Buffer.from(part))]);
  out.push(...stream.end());
  return { out: Buffer.concat(out).toString(), tail: stream.tail().toString(), facts: stream.facts };
}
const renamed = (text: string): string => text.replaceAll(`"model":"up"`, `"model":"shop"`);

test("a chunk in which nothing must change is forwarded itself, without a copy", () => {
  const stream = dialects["openai-chat"].passStream({ ...OPTIONS, publicModel: "up" });
  const chunk = Buffer.from(delta("a") + delta("b"));
  expect(stream.push(chunk)[0]).toBe(chunk);
});

test("the usage chunk is swallowed unless the client asked; the end is withheld", () => {
  const parts = [delta("héllo 你"), STOP + USAGE + DONE];
  const without = pass(parts);
  expect(without.out).toBe(renamed(parts[0]! + STOP));
  expect(without.tail).toBe(DONE);
  expect(pass(parts, { clientWantsUsage: true }).out).toBe(renamed(parts[0]! + STOP + USAGE));
  expect(without.facts).toMatchObject({
    usage: { inputUncached: 5, outputText: 2 }, finish: "stop", content: true, complete: true, id: "c-1",
    contentBytes: Buffer.byteLength("héllo 你"), contentCjk: 1, text: ["héllo 你"], textTruncated: false,
  });
});

test("usage beside content stays where it is", () => {
  const parts = [delta("a", { usage: { prompt_tokens: 1, completion_tokens: 1 } }), delta("b", { usage: { prompt_tokens: 1, completion_tokens: 9 } }), STOP, DONE];
  const { out, facts } = pass(parts);
  expect(out).toBe(renamed(parts.slice(0, 3).join("")));
  expect(facts.usage?.outputText).toBe(9);
});

test.each([
  ["in x_groq", { choices: [], x_groq: { id: "r", usage: { prompt_tokens: 3, completion_tokens: 4 } } }],
  ["in the first choice", { choices: [{ index: 0, delta: {}, finish_reason: "stop", usage: { prompt_tokens: 3, completion_tokens: 4 } }] }],
  ["after [DONE]", undefined],
])("usage %s is found", (_name, value) => {
  const usage = event({ choices: [], usage: { prompt_tokens: 3, completion_tokens: 4 } });
  const parts = value ? [delta("a"), event(value), STOP, DONE] : [delta("a"), STOP, DONE, usage];
  expect(pass(parts).facts.usage).toMatchObject({ inputUncached: 3, outputText: 4 });
});

test("[DONE] goes out once, whether the vendor forgot it or said it twice", () => {
  expect(pass([delta("a"), STOP])).toMatchObject({ tail: DONE, facts: { complete: true } });
  const twice = pass([delta("a"), STOP, DONE, DONE]);
  expect(twice.out + twice.tail).toBe(renamed(delta("a") + STOP) + DONE);
});

test("a stream that ends without a finish is not complete, but for vendors who end so", () => {
  expect(pass([delta("a")]).facts.complete).toBe(false);
  expect(pass([delta("a")], { flags: { ...OPTIONS.flags, eofIsEnd: true } }).facts.complete).toBe(true);
});

test("an error in the stream ends what is forwarded", () => {
  const error = `event: error\n${event({ error: { message: "boom at api.vendor.com", type: "server_error", code: "oops", status_code: 503 } })}`;
  const { out, facts } = pass([delta("a") + error, delta("b"), DONE]);
  expect(out).toBe(renamed(delta("a")));
  expect(facts.error).toEqual({ status: 503, code: "oops", type: "server_error", message: "boom at api.vendor.com" });
});

test.each([
  ["an error body", `{"error":{"message":"slow down","code":429}}`, { status: 429, code: "429", message: "slow down" }],
  ["words beside data of their own", `{"code":400,"msg":"boom","data":{"trace":"t"},"choices":null}`, { status: 400, code: "400", message: "boom" }],
  ["MiniMax's form", `{"base_resp":{"status_code":1008,"status_msg":"no money"}}`, { code: "1008", message: "no money" }],
  ["code and message", `{"code":"Arrearage","message":"pay"}`, { code: "Arrearage", message: "pay" }],
])("JSON instead of events: %s", (_name, body, expected) => {
  const { out, facts } = pass(["\n\n", body.slice(0, 10), body.slice(10)]);
  expect(out).toBe("");
  expect(facts.error).toEqual(expected);
});

test("JSON instead of events: a completion becomes one burst", () => {
  const call = { id: "t", type: "function", function: { name: "f", arguments: "{}" } };
  const body = { id: "c", object: "chat.completion", created: 1, model: "up", choices: [{ index: 0, message: { role: "assistant", content: "hi", tool_calls: [call] }, finish_reason: "tool_calls" }], usage: { prompt_tokens: 1, completion_tokens: 2 } };
  const { out, tail, facts } = pass([JSON.stringify(body)], { clientWantsUsage: true });
  const head = { id: "c", object: "chat.completion.chunk", created: 1, model: "shop" };
  const chunks = out.trim().split("\n\n").map((line) => JSON.parse(line.slice("data: ".length)) as object);
  expect(chunks).toEqual([
    { ...head, choices: [{ index: 0, delta: { role: "assistant", content: "hi", tool_calls: [{ index: 0, ...call }] }, finish_reason: null }] },
    { ...head, choices: [{ index: 0, delta: {}, finish_reason: "tool_calls" }] },
    { ...head, choices: [], usage: body.usage },
  ]);
  expect(tail).toBe(DONE);
  expect(facts).toMatchObject({ complete: true, content: true, finish: "tool_calls", usage: { inputUncached: 1, outputText: 2 } });
});

test.each([["a page", "<html>502</html>"], ["an event that is no JSON", "data: hello\n\n"], ["JSON without an answer", "{\"ok\":true}"], ["broken JSON", "{\"choices\":["]])("%s is a bad reply", (_name, text) => {
  expect(() => pass([text])).toThrow(expect.objectContaining({ code: "bad_upstream_response" }));
});

test("the name that the vendor reports is hidden too; text that looks like it is not touched", () => {
  const odd = event({ id: "c", choices: [{ index: 0, delta: { content: "\"model\":\"up\"", tool_calls: [{ index: 0, function: { name: "f", arguments: "" }, note: { model: "mine" } }] } }], model: "up-2024-08-06" });
  const first = event({ id: "c", model: "up-2024-08-06", choices: [] });
  const { out } = pass([first, odd, STOP, DONE]);
  expect(out).toBe(renamed((first + odd + STOP).replaceAll(`"model":"up-2024-08-06"`, `"model":"shop"`)));
});

test("at most 64 KiB of text are kept", () => {
  const { facts } = pass([...Array.from({ length: 80 }, () => delta("x".repeat(1024))), STOP, DONE]);
  expect(facts).toMatchObject({ contentBytes: 80 * 1024, textTruncated: true });
  expect(facts.text.join("").length).toBe(64 * 1024);
});

test("the same thought under two names counts once; reasoning_details count for nothing more", () => {
  const thought = event({ id: "c", choices: [{ index: 0, delta: { reasoning: "hm", reasoning_content: "hm", reasoning_details: [{ type: "reasoning.text", text: "hm" }] } }] });
  expect(pass([thought, STOP, DONE]).facts).toMatchObject({ contentBytes: 2, content: true, text: ["hm"] });
});

test("a stop for want of capacity is an error before any text, and an end after it", () => {
  const stopped = event({ id: "c", choices: [{ index: 0, delta: {}, finish_reason: "insufficient_system_resource" }] });
  expect(pass([stopped, DONE]).facts.error).toMatchObject({ status: 503, code: "insufficient_system_resource" });
  expect(pass([delta("a"), stopped, DONE]).facts).toMatchObject({ error: undefined, complete: true });
});

test("a first chunk with a role alone is no content", () => {
  expect(pass([event({ id: "c", choices: [{ index: 0, delta: { role: "assistant", content: "" } }] })]).facts.content).toBe(false);
});

test("text completions and embeddings", () => {
  const chunk = event({ id: "c", model: "up", choices: [{ index: 0, text: "abc", logprobs: { tokens: ["abc"] }, finish_reason: null }] });
  expect(pass([chunk, DONE], { operation: "completions" }, "openai-completions").facts).toMatchObject({ contentBytes: 3, text: ["abc"], complete: true });
  const body = Buffer.from(`{"object":"list","data":[{"embedding":[0.1]}],"model":"up","usage":{"prompt_tokens":3,"total_tokens":3}}`);
  const passed = dialects["openai-embeddings"].passBody(body, { ...OPTIONS, operation: "embeddings" });
  expect(passed.body.toString()).toBe(body.toString().replace(`"up"`, `"shop"`));
  expect(passed.facts).toMatchObject({ content: true, complete: true, usage: { inputUncached: 3 } });
});

test("a stream that nobody asked for is put together", () => {
  const call = (more: object, fn: object): string => event({ id: "c", model: "up", choices: [{ index: 0, delta: { tool_calls: [{ index: 0, ...more, function: fn }] } }] });
  const text = delta("he") + delta("llo") + call({ id: "t", type: "function" }, { name: "f", arguments: "{" }) + call({}, { arguments: "}" }) + STOP + USAGE + DONE;
  const { body, facts } = dialects["openai-chat"].passBody(Buffer.from(text), OPTIONS);
  expect(JSON.parse(body.toString())).toMatchObject({
    object: "chat.completion", model: "shop", usage: { prompt_tokens: 5 },
    choices: [{ index: 0, finish_reason: "stop", message: { role: "assistant", content: "hello", tool_calls: [{ id: "t", function: { name: "f", arguments: "{}" } }] } }],
  });
  expect(facts).toMatchObject({ finish: "stop", usage: { outputText: 2 } });
});

const request = (body: string, upstreamModel: string, provider: string, maxTokens?: number): string => {
  const bytes = Buffer.from(body);
  const options = { upstreamModel, flags: flagsOf(provider), ...(maxTokens === undefined ? {} : { maxTokens }) };
  return Buffer.concat(dialects["openai-chat"].passRequest(scanRequest(bytes, "chat"), bytes, options)).toString();
};
const BODY = `"messages":[{}],"foo":{"b":[1]}`;

test.each([
  ["nothing to change", `{"model":"up",${BODY}}`, "openai", undefined, `{"model":"up",${BODY}}`],
  ["the model's name", `{ "model" : "shop" ,${BODY}}`, "openai", undefined, `{ "model" : "up" ,${BODY}}`],
  ["usage asked for", `{"model":"up","stream":true,${BODY}}`, "openai", undefined, `{"stream_options":{"include_usage":true},"model":"up","stream":true,${BODY}}`],
  ["usage asked for beside other options", `{"model":"up","stream":true,"stream_options":{"x":1,"include_usage":false},${BODY}}`, "openai", undefined,
    `{"model":"up","stream":true,"stream_options":{"x":1,"include_usage":true},${BODY}}`],
  ["options that the vendor refuses", `{"model":"up","stream":true,"stream_options":{"include_usage":true},${BODY}}`, "mistral", undefined, `{"model":"up","stream":true,${BODY}}`],
  ["a cap by money", `{"model":"up",${BODY}}`, "deepseek", 99, `{"max_tokens":99,"model":"up",${BODY}}`],
  ["a dearer tier", `{"model":"up","service_tier":"priority",${BODY}}`, "openai", undefined, `{"model":"up",${BODY}}`],
] as const)("request: %s", (_name, body, provider, maxTokens, expected) => {
  expect(request(body, "up", provider, maxTokens)).toBe(expected);
});

test.each([
  ["gpt-5-mini", "openai", "max_completion_tokens"], ["o3", "openai", "max_completion_tokens"], ["gpt-5-chat-latest", "openai", "max_tokens"],
  ["gpt-5.1-chat-latest", "openai", "max_tokens"], ["gpt-4o", "openai", "max_tokens"], ["gpt-5", "vllm", "max_tokens"],
])("the cap of %s at %s is called %s", (model, provider, name) => {
  expect(request(`{"model":"${model}","max_tokens":5,${BODY}}`, model, provider)).toBe(`{"model":"${model}","${name}":5,${BODY}}`);
});

test("thousands of events without the line between them, in one read, are told one by one", () => {
  const pair = `${delta("a").trimEnd()}\n${delta("b")}`;
  const { out, facts } = pass([pair.repeat(2_000) + STOP + USAGE + DONE]);
  expect(out).toBe(renamed((delta("a") + delta("b")).repeat(2_000) + STOP));
  expect(facts).toMatchObject({ contentBytes: 4_000, finish: "stop", complete: true, usage: { inputUncached: 5, outputText: 2 } });
});

const ANSWER = '{"id":"c","model":"up","choices":[{"index":0,"message":{"content":"h\\u00e9 \\"{]"},"finish_reason":"stop"}],"usage":{"prompt_tokens":5,"completion_tokens":2}}';

test.each([
  ["an answer", ANSWER],
  ["an answer with room between everything", JSON.stringify(JSON.parse(ANSWER), undefined, 2)],
  ["the model's name behind the answer", `{"choices":[{"message":{"content":"a"}}],"x":{"model":"no","choices":[]},"model":"up"}`],
  ["a name twice", `{"choices":[{"message":{"content":"a"}}],"model":"old","choices":[{"message":{"content":"b"},"finish_reason":"length"}],"model":"up"}`],
  ["a name in other letters", `{"ch\\u006fices":[],"choices":[{"message":{"content":"a"}}],"mod\\u0065l":"x"}`],
  ["members named as nothing is", `{"":1,"__proto__":{"error":{"message":"no"}},"constructor":2,"choices":[{"message":{"content":"a"}}]}`],
  ["an error", `{"error":{"message":"no","code":"c"},"choices":null}`],
  ["an error of another kind", `{"code":7,"msg":"no","data":{"a":1}}`],
  ["no answer", `{"choices":{"a":1}}`], ["nothing", "{}"], ["a list", "[1]"], ["a word", "null"], ["two objects", "{} {}"], ["half of one", ANSWER.slice(0, -1)],
  ["a comma too many", `{"choices":[],}`], ["another mark for text", `{'choices':[]}`],
])("what is read of a small body and of a large one is the same: %s", (_what, text) => {
  for (const id of ["openai-chat", "openai-completions", "openai-embeddings"] as const) {
    for (const body of [Buffer.from(text), Buffer.from(text.replaceAll("choices", "data")), Buffer.from(text.replace("stop", "st\u00ffp"), "latin1")]) {
      const read = (bytes: Buffer): unknown => {
        try {
          const { facts, body: out } = dialects[id].passBody(bytes, OPTIONS);
          const { id: reply, usage, finish, error, content, complete, contentBytes, text: said } = facts;
          return { reply, usage, finish, error, content, complete, contentBytes, said, out: out.toString("latin1").trimEnd() };
        } catch (error) {
          return (error as Error).message;
        }
      };
      expect(read(body)).toEqual(read(Buffer.concat([body, Buffer.alloc(10_000, " ")])));
    }
  }
});
