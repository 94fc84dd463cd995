import { describe, expect, test } from "vitest";
import { aggregate } from "#relay/canonical/aggregate.ts";
import type { CanonicalEvent } from "#relay/canonical/events.ts";
import type { JsonObject } from "#relay/canonical/request.ts";
import { brokenRule } from "#relay/canonical/validate.ts";
import { clientCodecs, upstreamCodecs } from "#relay/dialects/codecs.ts";
import type { VendorFormat } from "#relay/dialects/wire-format.ts";
import { providers } from "#relay/providers/index.ts";
import { signTc3 } from "#relay/providers/kit/tc3.ts";
import { signedUrl } from "#relay/providers/xfyun-spark/spark-ws.ts";

type Protocol = Extract<VendorFormat, "dashscope-native" | "dify" | "coze" | "spark" | "tencent" | "baidu-v1" | "zhipu-v3" | "deepl">;
const PROVIDER: Readonly<Record<Protocol, string>> = {
  "dashscope-native": "dashscope-native", dify: "dify", coze: "coze", spark: "spark-ws", tencent: "tencent-tc3", "baidu-v1": "baidu-v1", "zhipu-v3": "zhipu-v3", deepl: "deepl",
};

/** What a request of OpenAI's form becomes, and what is lost. */
function told(protocol: Protocol, upstreamModel: string, wire: JsonObject, { transcript = false, maxOutputTokens }: Readonly<{ transcript?: boolean; maxOutputTokens?: number }> = {}) {
  const warned: string[] = [];
  const request = clientCodecs["openai-chat"]!.decodeRequest({ model: "shop", ...wire }, { betas: [] });
  const flags = { ...providers.get(PROVIDER[protocol])!.flags, ...(transcript && { transcript }) };
  const encoded = upstreamCodecs[protocol]!.encodeRequest(request, { upstreamModel, flags, strict: false, warn: (code) => void warned.push(code), ...(maxOutputTokens !== undefined && { maxOutputTokens }) });
  return { ...encoded, warned };
}

/** The events of an answer, which must be the same however its bytes are cut. */
function heard(protocol: Protocol, stream: string): readonly CanonicalEvent[] {
  const options = { flags: providers.get(PROVIDER[protocol])!.flags }, bytes = Buffer.from(stream);
  const cut = (size: number): readonly CanonicalEvent[] => {
    const decoder = upstreamCodecs[protocol]!.streamDecoder(options), events: CanonicalEvent[] = [];
    for (let at = 0; at < bytes.length; at += size) events.push(...decoder.push(bytes.subarray(at, at + size)));
    return [...events, ...decoder.end()];
  };
  const events = cut(bytes.length);
  expect(brokenRule(events)).toBeUndefined();
  for (const size of [1, 7]) expect(cut(size)).toEqual(events);
  const part = cut(bytes.length).length > 0 ? upstreamCodecs[protocol]!.streamDecoder(options).push(bytes.subarray(0, bytes.length >> 2)) : [];
  expect(part.some(({ type }) => type === "end")).toBe(false);
  return events;
}

const whole = (protocol: Protocol, body: object): readonly CanonicalEvent[] => upstreamCodecs[protocol]!.decodeReply(Buffer.from(JSON.stringify(body)), { flags: providers.get(PROVIDER[protocol])!.flags });

function summed(events: readonly CanonicalEvent[]) {
  const { candidates, usage = {}, finish, native } = aggregate(events);
  const { raw: _raw, ...counts } = usage;
  const text = (type: "text" | "reasoning"): string => candidates[0]!.blocks.flatMap((block) => (block.type === type ? [block.text] : [])).join("");
  return { text: text("text"), ...(text("reasoning") !== "" && { reasoning: text("reasoning") }), counts, finish, ...(native !== undefined && { native }) };
}

const data = (...events: readonly object[]): string => events.map((event) => `data: ${JSON.stringify(event)}\n\n`).join("");
const ASK = { messages: [{ role: "system", content: "Be brief." }, { role: "user", content: "Hi" }] };

describe("proofs of keys, by the examples of the vendors' documents", () => {
  test("Tencent Cloud's signature", () => {
    const body = [Buffer.from(String.raw`{"Limit": 1, "Filters": [{"Values": ["\u672a\u547d\u540d"], "Name": "instance-name"}]}`)];
    const signed = signTc3(
      { method: "POST", url: new URL("https://cvm.tencentcloudapi.com"), headers: { "content-type": "application/json; charset=utf-8" }, body, atMs: 1_551_113_065_000 },
      { secretId: "AKID********************************", secretKey: "********************************" }, { service: "cvm", action: "DescribeInstances", version: "2017-03-12", region: "ap-guangzhou" },
    );
    expect(signed).toEqual({
      authorization: "TC3-HMAC-SHA256 Credential=AKID********************************/2019-02-25/cvm/tc3_request, SignedHeaders=content-type;host;x-tc-action, Signature=10b1a37a7301a02ca19a647ad722d5e43b4b3cff309d421d85b46093f6ab6c4f",
      "x-tc-action": "DescribeInstances", "x-tc-version": "2017-03-12", "x-tc-timestamp": "1551113065", "x-tc-region": "ap-guangzhou",
    });
  });

  test("iFlytek's signed address", () => {
    const url = signedUrl(new URL("https://spark-api.xf-yun.com/v1.1/chat"), { secret: "MjlmNzkzNmZkMDQ2OTc0ZDdmNGE2ZTZi", key: "addd2272b6d8b7c8abdd79531420ca3b" }, Date.parse("Fri, 05 May 2023 10:43:39 GMT"));
    expect(Buffer.from(url.searchParams.get("authorization")!, "base64").toString()).toBe(
      'api_key="addd2272b6d8b7c8abdd79531420ca3b", algorithm="hmac-sha256", headers="host date request-line", signature="z5gHdu3pxVV4ADMyk467wOWDQ9q6BQzR3nfMTjc/DaQ="');
    expect([url.searchParams.get("date"), url.searchParams.get("host"), url.pathname]).toEqual(["Fri, 05 May 2023 10:43:39 GMT", "spark-api.xf-yun.com", "/v1.1/chat"]);
  });

  test("Zhipu's token says whose it is and until when", () => {
    const { authorization } = providers.get("zhipu-v3")!.sign!("an-id.a-secret", { method: "POST", url: new URL("https://open.bigmodel.cn"), headers: {}, body: [], atMs: 1_700_000_000_000 });
    const [head, claims, signature] = authorization!.split(".");
    expect([head, claims].map((part) => JSON.parse(Buffer.from(part!, "base64url").toString()) as unknown)).toEqual([{ alg: "HS256", sign_type: "SIGN" }, { api_key: "an-id", exp: 1_700_000_300_000, timestamp: 1_700_000_000_000 }]);
    expect(signature).toHaveLength(43);
  });
});

describe("DashScope", () => {
  const TOOL = { type: "function", function: { name: "weather", description: "Tells it", parameters: { type: "object" } } };

  test("the words of OpenAI's form, otherwise put together", () => {
    const { body, headers, path, warned } = told("dashscope-native", "qwen-plus", { ...ASK, stream: true, temperature: 0.5, top_k: 5, max_tokens: 9, stop: ["x"], tools: [TOOL], reasoning_effort: "high" });
    expect(body).toEqual({
      model: "qwen-plus", input: { messages: ASK.messages },
      parameters: { result_format: "message", incremental_output: true, temperature: 0.5, top_k: 5, max_tokens: 9, stop: ["x"], tools: [TOOL], enable_thinking: true },
    });
    expect([headers, path, warned]).toEqual([{ "x-dashscope-sse": "enable" }, undefined, []]);
  });

  test("models that look have another address, and parts of one member each", () => {
    const { body, path, headers } = told("dashscope-native", "qwen-vl-max", { messages: [{ role: "user", content: [{ type: "text", text: "What is it?" }, { type: "image_url", image_url: { url: "https://files.example/cat.png" } }] }] });
    expect(body.input).toEqual({ messages: [{ role: "user", content: [{ text: "What is it?" }, { image: "https://files.example/cat.png" }] }] });
    expect([path!("/api/v1/services/aigc/text-generation/generation"), headers]).toEqual(["/api/v1/services/aigc/multimodal-generation/generation", undefined]);
    expect(told("dashscope-native", "qwen3.7-plus", ASK).path).toBeDefined();
  });

  test("who wants a whole answer with thoughts has it gathered from a stream", () => {
    expect(told("dashscope-native", "qwen3-max", { ...ASK, reasoning_effort: "low" })).toMatchObject({ headers: { "x-dashscope-sse": "enable" }, body: { parameters: { enable_thinking: true, incremental_output: true } } });
  });

  test.each<JsonObject>([{ n: 2 }, { modalities: ["audio"], audio: { voice: "a", format: "wav" } }])("%j is refused", (more) => {
    expect(() => told("dashscope-native", "qwen-plus", { ...ASK, ...more })).toThrow(expect.objectContaining({ code: "unsupported_parameter" }));
  });

  test("a stream of thoughts, text, a call and counts", () => {
    const said = (message: object, finish_reason = "null", usage: object = { input_tokens: 20, output_tokens: 1, total_tokens: 21 }): object => ({ request_id: "q-1", output: { choices: [{ message: { role: "assistant", content: "", ...message }, finish_reason }] }, usage });
    const stream = data(
      said({ reasoning_content: "Let me see" }), said({ content: "I will look." }),
      said({ tool_calls: [{ index: 0, id: "call_1", type: "function", function: { name: "weather", arguments: "" } }] }), said({ tool_calls: [{ index: 0, id: "", type: "function", function: { arguments: '{"city":' } }] }),
      said({ tool_calls: [{ index: 0, id: "", type: "function", function: { arguments: '"Bern"}' } }] }, "tool_calls", { input_tokens: 20, output_tokens: 30, total_tokens: 50, prompt_tokens_details: { cached_tokens: 8 }, output_tokens_details: { reasoning_tokens: 12 } }),
    );
    const events = heard("dashscope-native", `id:1\nevent:result\n:HTTP_STATUS/200\n${stream}`);
    expect(summed(events)).toEqual({ text: "I will look.", reasoning: "Let me see", counts: { inputUncached: 12, cacheRead: 8, outputText: 18, reasoning: 12 }, finish: "tool-calls", native: "tool_calls" });
    expect(aggregate(events).candidates[0]!.blocks.at(-1)).toMatchObject({ type: "tool", id: "call_1", name: "weather", arguments: '{"city":"Bern"}' });
  });

  test("whole replies: text, parts, and the oldest form", () => {
    const usage = { input_tokens: 22, output_tokens: 17, total_tokens: 39 };
    expect(summed(whole("dashscope-native", { request_id: "q", output: { text: null, finish_reason: null, choices: [{ finish_reason: "stop", message: { role: "assistant", content: "我是通义千问" } }] }, usage }))).toEqual({ text: "我是通义千问", counts: { inputUncached: 22, outputText: 17 }, finish: "stop", native: "stop" });
    expect(summed(whole("dashscope-native", { request_id: "q", output: { choices: [{ finish_reason: "length", message: { role: "assistant", content: [{ text: "A " }, { text: "cat" }] } }] }, usage: { ...usage, input_tokens_details: { text_tokens: 10, image_tokens: 12 } } }))).toMatchObject({ text: "A cat", counts: { inputUncached: 10, inputImage: 12 }, finish: "length" });
    expect(summed(whole("dashscope-native", { request_id: "q", output: { text: "Hello", finish_reason: "stop" }, usage }))).toMatchObject({ text: "Hello", finish: "stop" });
  });

  test("an error in the stream", () => {
    expect(heard("dashscope-native", `event:error\n:HTTP_STATUS/429\n${data({ code: "Throttling.RateQuota", message: "Too many requests.", request_id: "q" })}`)).toEqual([{ type: "error", error: { code: "Throttling.RateQuota", message: "Too many requests." } }]);
  });
});

describe("protocols of plain text", () => {
  const TALK = { messages: [{ role: "system", content: "Be brief." }, { role: "user", content: "Hi" }, { role: "user", content: "there" }, { role: "assistant", content: "Hello" }, { role: "user", content: "Bye" }] };

  test.each<[Protocol, string, JsonObject, object, string[]]>([
    ["tencent", "hunyuan-pro", { ...TALK, temperature: 0.5, max_tokens: 9, seed: 7, frequency_penalty: 1 },
      { Model: "hunyuan-pro", Messages: [{ Role: "system", Content: "Be brief." }, { Role: "user", Content: "Hi\n\nthere" }, { Role: "assistant", Content: "Hello" }, { Role: "user", Content: "Bye" }], Stream: false, Temperature: 0.5, Seed: 7 }, ["frequency_penalty_dropped", "max_tokens_dropped"]],
    ["baidu-v1", "ERNIE-Speed-8K", { ...TALK, temperature: 0, max_tokens: 1, stop: ["x"], stream: true },
      { messages: [{ role: "user", content: "Hi\n\nthere" }, { role: "assistant", content: "Hello" }, { role: "user", content: "Bye" }], system: "Be brief.", stream: true, temperature: 0.01, stop: ["x"], max_output_tokens: 2 }, ["temperature_clamped"]],
    ["zhipu-v3", "chatglm_std", { ...TALK, top_p: 1, stream: true },
      { prompt: [{ role: "user", content: "Be brief.\n\nHi\n\nthere" }, { role: "assistant", content: "Hello" }, { role: "user", content: "Bye" }], top_p: 0.99, incremental: true }, ["top_p_clamped"]],
    ["spark", "generalv3.5", { ...ASK, max_tokens: 9, top_k: 40 },
      { header: {}, parameter: { chat: { domain: "generalv3.5", top_k: 6, max_tokens: 9 } }, payload: { message: { text: [{ role: "system", content: "Be brief." }, { role: "user", content: "Hi" }] } } }, ["top_k_clamped"]],
    ["spark", "Spark-Lite", ASK, { header: {}, parameter: { chat: { domain: "lite" } }, payload: { message: { text: [{ role: "user", content: "Be brief.\n\nHi" }] } } }, []],
    ["deepl", "deepl-en-gb", ASK, { text: ["Hi"], target_lang: "EN-GB", show_billed_characters: true }, ["history_dropped"]],
    ["deepl", "translator", { messages: [{ role: "user", content: "Hi" }] }, { text: ["Hi"], target_lang: "ZH", show_billed_characters: true }, []],
    ["dify", "workflow-summary", { messages: [{ role: "user", content: "Hi" }] }, { inputs: { query: "Hi" }, response_mode: "streaming", user: "modelmart" }, []],
    ["dify", "chat", { messages: [{ role: "user", content: [{ type: "text", text: "What is it?" }, { type: "image_url", image_url: { url: "https://files.example/cat.png" } }] }] },
      { inputs: {}, query: "What is it?", response_mode: "streaming", user: "modelmart", files: [{ type: "image", transfer_method: "remote_url", url: "https://files.example/cat.png" }], auto_generate_name: false }, []],
    ["coze", "739", { messages: [{ role: "user", content: [{ type: "text", text: "What is it?" }, { type: "image_url", image_url: { url: "https://files.example/cat.png" } }] }] },
      { bot_id: "739", user_id: "modelmart", stream: true, auto_save_history: false, additional_messages: [{ role: "user", content_type: "object_string", content: '[{"type":"text","text":"What is it?"},{"type":"image","file_url":"https://files.example/cat.png"}]' }] }, []],
  ])("%s %s", (protocol, model, wire, body, warnings) => {
    const encoded = told(protocol, model, wire);
    expect([encoded.body, encoded.warned]).toEqual([body, warnings]);
  });

  test("addresses that the model decides about", () => {
    expect(told("baidu-v1", "ERNIE-4.0-8K", ASK).path!("/chat")).toBe("/chat/completions_pro");
    expect(told("baidu-v1", "ERNIE-Speed-128K", ASK).path!("/chat")).toBe("/chat/ernie-speed-128k");
    expect(["lite", "SparkDesk-v3.1-128K", "max-32k", "4.0Ultra", "x1"].map((model) => told("spark", model, ASK).path!("/chat"))).toEqual(["/v1.1/chat", "/chat/pro-128k", "/chat/max-32k", "/v4.0/chat", "/v1/x1"]);
    expect(["workflow", "completion-x", "agent"].map((model) => told("dify", model, { messages: [{ role: "user", content: "Hi" }] }).path?.("/v1/chat-messages"))).toEqual(["/v1/workflows/run", "/v1/completion-messages", undefined]);
    expect(() => told("spark", "gpt-4", ASK)).toThrow(expect.objectContaining({ code: "unsupported_endpoint" }));
  });

  test("a bot is told what came before where the channel is set so", () => {
    const { body, warned } = told("coze", "739", TALK, { transcript: true });
    expect(body.additional_messages).toEqual([
      { role: "user", content_type: "text", content: "Be brief.\n\nHi\n\nthere" }, { role: "assistant", content_type: "text", content: "Hello" }, { role: "user", content_type: "text", content: "Bye" },
    ]);
    expect(warned).toEqual([]);
  });

  const PLAIN: readonly (readonly [Protocol, string])[] = [["tencent", "m"], ["baidu-v1", "m"], ["zhipu-v3", "m"], ["spark", "lite"], ["deepl", "de"]];

  test.each([...PLAIN, ["dify", "chat"], ["coze", "739"]] as const)("%s: tools are refused, unless nobody may call them", (protocol, model) => {
    const tools = [{ type: "function", function: { name: "f", parameters: { type: "object" } } }];
    expect(() => told(protocol, model, { ...ASK, tools })).toThrow(expect.objectContaining({ code: "unsupported_parameter", options: expect.objectContaining({ param: "tools" }) }));
    expect(() => told(protocol, model, { ...ASK, tools, tool_choice: "none" })).not.toThrow();
    expect(() => told(protocol, model, { messages: [...ASK.messages, { role: "assistant", content: null, tool_calls: [{ id: "c", type: "function", function: { name: "f", arguments: "{}" } }] }, { role: "tool", tool_call_id: "c", content: "x" }] })).toThrow(expect.objectContaining({ code: "unsupported_parameter", options: expect.objectContaining({ param: "messages" }) }));
  });

  test.each(PLAIN)("%s: pictures and second answers are refused, a form of answer is asked for in words", (protocol, model) => {
    expect(() => told(protocol, model, { messages: [{ role: "user", content: [{ type: "image_url", image_url: { url: "https://x.example/a.png" } }] }] })).toThrow(expect.objectContaining({ code: "unsupported_parameter" }));
    expect(() => told(protocol, model, { ...ASK, n: 2 })).toThrow(expect.objectContaining({ code: "unsupported_parameter", options: expect.objectContaining({ param: "n" }) }));
    const asked = told(protocol, model, { ...ASK, response_format: { type: "json_object" } });
    expect(asked.warned).toContain("schema_soft");
    if (protocol !== "deepl") expect(JSON.stringify(asked.body)).toContain("Answer with nothing but a JSON object.");
  });

  test("a talk that begins or ends with the assistant is put right", () => {
    const { body, warned } = told("tencent", "m", { messages: [{ role: "assistant", content: "Hello" }, { role: "user", content: "Go" }, { role: "assistant", content: "Once" }] });
    expect((body.Messages as { Role: string }[]).map(({ Role }) => Role)).toEqual(["user", "assistant", "user", "assistant", "user"]);
    expect(warned).toEqual(["leading_user_inserted", "prefill_continued"]);
    expect(() => told("tencent", "m", { messages: [{ role: "user", content: "" }] })).toThrow(expect.objectContaining({ code: "invalid_value" }));
  });
});

describe("answers, by the examples of the vendors' documents", () => {
  test("Hunyuan's stream, with thoughts", () => {
    const said = (Delta: object, FinishReason = "", CompletionTokens = 1): object => ({ Created: 1_690_000_000, Id: "h", Note: "AI", Usage: { PromptTokens: 7, CompletionTokens, TotalTokens: 7 + CompletionTokens }, Choices: [{ FinishReason, Delta: { Role: "assistant", ...Delta } }] });
    expect(summed(heard("tencent", data(said({ ReasoningContent: "Hm" }), said({ Content: "Hello " }), said({ Content: "there" }, "", 5), said({ Content: "" }, "stop", 6))))).toEqual({ text: "Hello there", reasoning: "Hm", counts: { inputUncached: 7, outputText: 6 }, finish: "stop", native: "stop" });
    expect(summed(heard("tencent", data(said({ Content: "Bad" }, "sensitive")))).finish).toBe("content-filter");
    expect(heard("tencent", data(said({ Content: "x" }), { ErrorMsg: { Code: 4001, Msg: "timed out" } })).at(-1)).toEqual({ type: "error", error: { code: "4001", message: "timed out" } });
  });

  test("Wenxin's stream and its early ends", () => {
    const said = (more: object): object => ({ id: "as-1", object: "chat.completion", created: 1_690_000_000, sentence_id: 0, is_end: false, is_truncated: false, need_clear_history: false, usage: { prompt_tokens: 2, completion_tokens: 1, total_tokens: 3 }, ...more });
    expect(summed(heard("baidu-v1", data(said({ result: "Hello " }), said({ result: "there", is_end: true, finish_reason: "normal", usage: { prompt_tokens: 2, completion_tokens: 9, total_tokens: 11 } }))))).toEqual({ text: "Hello there", counts: { inputUncached: 2, outputText: 9 }, finish: "stop", native: "normal" });
    expect(summed(whole("baidu-v1", { ...said({ result: "Hel", is_truncated: true }), is_end: undefined })).finish).toBe("length");
    expect(summed(whole("baidu-v1", { ...said({ result: "No", need_clear_history: true }), is_end: undefined })).finish).toBe("content-filter");
  });

  test("ChatGLM's events hold bare text, blanks and breaks included", () => {
    const stream = `event:add\nid:1\ndata:Hello\n\nevent:add\nid:1\ndata: there\n\nevent:add\nid:1\ndata:,\ndata:friend\n\nevent:finish\nid:1\ndata:\nmeta:{"request_id":"1","task_status":"SUCCESS","usage":{"prompt_tokens":3,"completion_tokens":4,"total_tokens":7}}\n\n`;
    expect(summed(heard("zhipu-v3", stream))).toEqual({ text: "Hello there,\nfriend", counts: { inputUncached: 3, outputText: 4 }, finish: "stop", native: "finish" });
    expect(heard("zhipu-v3", "event:add\nid:1\ndata:Hm\n\nevent:interrupted\nid:1\ndata:stopped\n\n").at(-1)).toEqual({ type: "error", error: { code: "interrupted", message: "stopped" } });
  });

  test("Spark's frames, with thoughts", () => {
    const frame = (status: number, text: object, usage?: object): string => `${JSON.stringify({ header: { code: 0, message: "Success", sid: "cht1", status }, payload: { choices: { status, seq: status, text: [{ role: "assistant", index: 0, ...text }] }, ...(usage && { usage: { text: usage } }) } })}\n`;
    expect(summed(heard("spark", frame(0, { reasoning_content: "Hm" }) + frame(1, { content: "Hello " }) + frame(2, { content: "there" }, { question_tokens: 4, prompt_tokens: 5, completion_tokens: 9, total_tokens: 14 })))).toEqual({ text: "Hello there", reasoning: "Hm", counts: { inputUncached: 5, outputText: 9 }, finish: "stop", native: "stop" });
    expect(heard("spark", `${JSON.stringify({ header: { code: 11202, message: "AppIdQpsOverFlowError", sid: "s", status: 2 } })}\n`)).toEqual([{ type: "error", error: { code: "11202", message: "AppIdQpsOverFlowError" } }]);
  });

  test("Dify: agents, workflows, and what moderation takes back", () => {
    const agent = data(
      { event: "agent_thought", id: "t", task_id: "t", message_id: "m", position: 1, thought: "I need a tool", tool: "dalle3", created_at: 1_705_395_332 }, { event: "message_file", id: "f", type: "image", belongs_to: "assistant", url: "https://files.example/cat.png" },
      { event: "agent_message", message_id: "m", answer: "Here it is" }, { event: "message_end", message_id: "m", metadata: { usage: { prompt_tokens: 30, completion_tokens: 20, total_tokens: 50, latency: 2.5 } } }, { event: "tts_message_end", audio: "" },
    );
    expect(summed(heard("dify", agent))).toEqual({ text: "Here it is", counts: { inputUncached: 30, outputText: 20 }, finish: "stop", native: "message_end" });
    const workflow = data({ event: "workflow_started", workflow_run_id: "r", data: {} }, { event: "node_finished", workflow_run_id: "r", data: { status: "succeeded" } }, { event: "text_chunk", workflow_run_id: "r", data: { text: "A sum" } }, { event: "workflow_finished", workflow_run_id: "r", data: { status: "succeeded", outputs: { text: "A sum" }, total_tokens: 63 } });
    expect(summed(heard("dify", workflow))).toEqual({ text: "A sum", counts: {}, finish: "stop", native: "message_end" });
    expect(summed(whole("dify", { workflow_run_id: "r", task_id: "t", data: { id: "d", status: "succeeded", outputs: { answer: "A sum", score: 3 }, total_tokens: 63 } })).text).toBe("A sum");
    expect(heard("dify", data({ event: "workflow_finished", workflow_run_id: "r", data: { status: "failed", error: "Node 3 failed" } }))).toEqual([{ type: "error", error: { code: "workflow_failed", message: "Node 3 failed" } }]);
    expect(summed(heard("dify", data({ event: "message", message_id: "m", answer: "Oh" }, { event: "message_replace", message_id: "m", answer: "…" })))).toMatchObject({ text: "Oh", finish: "content-filter" });
    // A conversation that runs as a workflow ends with its message.
    expect(summed(heard("dify", data({ event: "message", message_id: "m", conversation_id: "c", answer: "Hi" }, { event: "workflow_finished", message_id: "m", conversation_id: "c", data: { status: "succeeded", outputs: { answer: "Hi" } } }, { event: "message_end", message_id: "m", conversation_id: "c", metadata: { usage: { total_tokens: 10 } } })))).toEqual({ text: "Hi", counts: {}, finish: "stop", native: "message_end" });
  });

  test("Coze: bots that do not write piece by piece, that fail, and that want a tool run", () => {
    const event = (name: string, body: object | string): string => `event:${name}\ndata:${JSON.stringify(body)}\n\n`;
    const once = event("conversation.message.completed", { type: "verbose", content: "{}", chat_id: "c" }) + event("conversation.message.completed", { type: "answer", content: "Hello", chat_id: "c" }) + event("conversation.chat.completed", { id: "c", usage: { token_count: 9, output_count: 2, input_count: 7 } }) + event("done", "[DONE]");
    expect(summed(heard("coze", once))).toEqual({ text: "Hello", counts: { inputUncached: 7, outputText: 2 }, finish: "stop", native: "completed" });
    const answer = (name: string, id: string, content: string): string => event(`conversation.message.${name}`, { id, type: "answer", content, chat_id: "c" });
    const several = answer("delta", "1", "One") + answer("delta", "1", ", ") + answer("completed", "1", "One, ") + answer("completed", "2", "two") + event("conversation.chat.completed", { id: "c" });
    expect(summed(heard("coze", several)).text).toBe("One, two");
    expect(heard("coze", event("conversation.chat.failed", { id: "c", last_error: { code: 5000, msg: "event interval error" } })).at(-1)).toEqual({ type: "error", error: { code: "5000", message: "event interval error" } });
    expect(heard("coze", event("conversation.chat.requires_action", { id: "c" })).at(-1)).toMatchObject({ type: "error", error: { code: "requires_action" } });
    expect(heard("coze", event("error", { code: 4000, msg: "bad" })).at(-1)).toEqual({ type: "error", error: { code: "4000", message: "bad" } });
  });

  test("what holds no answer is none", () => {
    for (const protocol of ["dashscope-native", "tencent", "coze", "dify"] as const) expect(() => whole(protocol, protocol === "dashscope-native" ? [] as unknown as object : { hello: "world" }), protocol).toThrow(expect.objectContaining({ code: "bad_upstream_response" }));
    expect(whole("deepl", { message: "Wrong endpoint" })).toEqual([{ type: "error", error: { message: "Wrong endpoint" } }]);
  });
});
