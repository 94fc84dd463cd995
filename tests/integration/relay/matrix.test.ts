import Anthropic from "@anthropic-ai/sdk";
import { GoogleGenAI, type GenerateContentResponse } from "@google/genai";
import OpenAI from "openai";
import { afterAll, afterEach, describe, expect, test } from "vitest";
import { channelOf, PROTOCOLS, speaks, type Protocol, type Say } from "./protocols.ts";
import { KEY, openShop, until, type Shop } from "./shop.ts";
import { startVendor, type VendorCall } from "./vendor.ts";

/** What came back, whatever the client's words for it. */
type Heard = Readonly<{ text: string; tool?: Readonly<{ name: string; arguments: unknown; id: string | undefined }>; finish: string; input: number; output: number }>;
/** A library of one vendor's: asks, offers a tool, brings the tool's answer back. */
type Client = Readonly<{ ask(shop: Shop, stream: boolean, tools: boolean): Promise<Heard>; bringBack(shop: Shop, heard: Heard): Promise<Heard> }>;

const HELLO: Say = { text: "Hello there" };
const CALL: Say = { tool: { id: "call_1", name: "weather", arguments: { city: "Zürich" } } };
const DESCRIPTION = "Tells the weather";
const SCHEMA = { type: "object", properties: { city: { type: "string" } }, required: ["city"] };
const QUESTION = "Say hello to everybody";
const RESULT = "12 degrees";
const MODEL = "gpt-test";

const openaiOf = ({ url }: Shop): OpenAI => new OpenAI({ baseURL: `${url}/v1`, apiKey: KEY, maxRetries: 0 });
const CHAT_TOOLS = [{ type: "function" as const, function: { name: "weather", description: DESCRIPTION, parameters: SCHEMA } }];
const RESPONSES_TOOLS = [{ type: "function" as const, name: "weather", description: DESCRIPTION, parameters: SCHEMA, strict: false }];
const MESSAGES_TOOLS = [{ name: "weather", description: DESCRIPTION, input_schema: SCHEMA as Anthropic.Tool.InputSchema }];
const GEMINI_TOOLS = [{ functionDeclarations: [{ name: "weather", description: DESCRIPTION, parametersJsonSchema: SCHEMA }] }];
const parse = (text: string): unknown => JSON.parse(text) as unknown;

const fromChat = (reply: OpenAI.ChatCompletion): Heard => {
  const { message, finish_reason } = reply.choices[0]!;
  const call = message.tool_calls?.[0] as OpenAI.ChatCompletionMessageFunctionToolCall | undefined;
  return {
    text: message.content ?? "", finish: finish_reason, input: reply.usage!.prompt_tokens, output: reply.usage!.completion_tokens,
    ...(call && { tool: { name: call.function.name, arguments: parse(call.function.arguments), id: call.id } }),
  };
};
const fromResponses = (reply: OpenAI.Responses.Response): Heard => {
  // The library gives a response that failed like any other.
  if (reply.error) throw new Error(`${reply.status} ${reply.error.code} ${reply.error.message}`);
  const call = reply.output.find((item) => item.type === "function_call");
  return {
    text: reply.output_text, finish: reply.status!, input: reply.usage!.input_tokens, output: reply.usage!.output_tokens,
    ...(call && { tool: { name: call.name, arguments: parse(call.arguments), id: call.call_id } }),
  };
};
const fromMessages = (reply: Anthropic.Message): Heard => {
  const call = reply.content.find((block) => block.type === "tool_use");
  return {
    text: reply.content.flatMap((block) => (block.type === "text" ? [block.text] : [])).join(""), finish: reply.stop_reason!, input: reply.usage.input_tokens, output: reply.usage.output_tokens,
    ...(call && { tool: { name: call.name, arguments: call.input, id: call.id } }),
  };
};

const CLIENTS: Readonly<Record<Protocol, Client>> = {
  chat: {
    async ask(shop, stream, tools) {
      const body = { model: MODEL, messages: [{ role: "user" as const, content: QUESTION }], ...(tools && { tools: CHAT_TOOLS }) };
      if (!stream) return fromChat(await openaiOf(shop).chat.completions.create(body));
      return fromChat(await openaiOf(shop).chat.completions.stream({ ...body, stream_options: { include_usage: true } }).finalChatCompletion());
    },
    async bringBack(shop, { tool }) {
      const call = { id: tool!.id!, type: "function" as const, function: { name: "weather", arguments: JSON.stringify(tool!.arguments) } };
      return fromChat(await openaiOf(shop).chat.completions.create({
        model: MODEL, tools: CHAT_TOOLS,
        messages: [{ role: "user", content: QUESTION }, { role: "assistant", tool_calls: [call] }, { role: "tool", tool_call_id: call.id, content: RESULT }],
      }));
    },
  },
  responses: {
    async ask(shop, stream, tools) {
      const body = { model: MODEL, input: QUESTION, ...(tools && { tools: RESPONSES_TOOLS }) };
      if (!stream) return fromResponses(await openaiOf(shop).responses.create(body));
      return fromResponses(await openaiOf(shop).responses.stream(body).finalResponse());
    },
    async bringBack(shop, { tool }) {
      return fromResponses(await openaiOf(shop).responses.create({
        model: MODEL, tools: RESPONSES_TOOLS,
        input: [
          { role: "user", content: QUESTION }, { type: "function_call", call_id: tool!.id!, name: "weather", arguments: JSON.stringify(tool!.arguments) },
          { type: "function_call_output", call_id: tool!.id!, output: RESULT },
        ],
      }));
    },
  },
  messages: {
    async ask(shop, stream, tools) {
      const client = new Anthropic({ baseURL: shop.url, apiKey: KEY, maxRetries: 0 });
      const body = { model: MODEL, max_tokens: 100, messages: [{ role: "user" as const, content: QUESTION }], ...(tools && { tools: MESSAGES_TOOLS }) };
      return fromMessages(stream ? await client.messages.stream(body).finalMessage() : await client.messages.create(body));
    },
    async bringBack(shop, { tool }) {
      const client = new Anthropic({ baseURL: shop.url, apiKey: KEY, maxRetries: 0 });
      return fromMessages(await client.messages.create({
        model: MODEL, max_tokens: 100, tools: MESSAGES_TOOLS,
        messages: [
          { role: "user", content: QUESTION }, { role: "assistant", content: [{ type: "tool_use", id: tool!.id!, name: "weather", input: tool!.arguments }] },
          { role: "user", content: [{ type: "tool_result", tool_use_id: tool!.id!, content: RESULT }] },
        ],
      }));
    },
  },
  gemini: {
    async ask(shop, stream, tools) {
      const { models } = new GoogleGenAI({ apiKey: KEY, httpOptions: { baseUrl: shop.url } });
      const body = { model: MODEL, contents: QUESTION, ...(tools && { config: { tools: GEMINI_TOOLS } }) };
      const parts: GenerateContentResponse[] = [];
      if (!stream) parts.push(await models.generateContent(body));
      else for await (const part of await models.generateContentStream(body)) parts.push(part);
      const last = parts.at(-1)!;
      const call = parts.flatMap(({ functionCalls }) => functionCalls ?? [])[0];
      return {
        text: parts.flatMap(({ candidates }) => candidates?.[0]?.content?.parts ?? []).map(({ text }) => text ?? "").join(""), finish: last.candidates![0]!.finishReason!,
        input: last.usageMetadata!.promptTokenCount!, output: last.usageMetadata!.candidatesTokenCount!,
        ...(call && { tool: { name: call.name!, arguments: call.args, id: call.id } }),
      };
    },
    async bringBack(shop, { tool }) {
      const { models } = new GoogleGenAI({ apiKey: KEY, httpOptions: { baseUrl: shop.url } });
      const id = tool!.id === undefined ? {} : { id: tool!.id };
      const reply = await models.generateContent({
        model: MODEL, config: { tools: GEMINI_TOOLS },
        contents: [
          { role: "user", parts: [{ text: QUESTION }] }, { role: "model", parts: [{ functionCall: { ...id, name: "weather", args: tool!.arguments as Record<string, unknown> } }] },
          { role: "user", parts: [{ functionResponse: { ...id, name: "weather", response: { output: RESULT } } }] },
        ],
      });
      return { text: reply.text ?? "", finish: reply.candidates![0]!.finishReason!, input: reply.usageMetadata!.promptTokenCount!, output: reply.usageMetadata!.candidatesTokenCount! };
    },
  },
};

/** How each client is told that an answer has ended, and that a tool is called. */
const FINISH: Readonly<Record<Protocol, readonly [text: string, tool: string]>> = {
  chat: ["stop", "tool_calls"], responses: ["completed", "completed"], messages: ["end_turn", "tool_use"], gemini: ["STOP", "STOP"],
};

const vendor = await startVendor();
const origin = vendor.url.slice(0, -"/v1".length);
const shops: Shop[] = [];
afterEach(async () => {
  for (const shop of shops.splice(0)) await shop.close();
});
afterAll(() => vendor.close());

async function open(protocol: Protocol, say: (call: VendorCall) => Say, cut = false): Promise<Shop> {
  vendor.calls.length = 0;
  vendor.script = speaks(say, cut);
  const shop = await openShop({ channels: [channelOf(protocol, origin)] });
  shops.push(shop);
  return shop;
}

const PATHS: Readonly<Record<Protocol, RegExp>> = { chat: /^\/v1\/chat\/completions$/, responses: /^\/v1\/responses$/, messages: /^\/v1\/messages$/, gemini: /^\/v1beta\/models\/up-model:\w+/ };
/** Ten tokens in for 1 USD, five out for 2 USD per million. */
const CHARGE = 20_000n;

describe.each(PROTOCOLS)("a client of %s", (dialect) => {
  const client = CLIENTS[dialect];
  const [ended, called] = FINISH[dialect];

  test.each(PROTOCOLS)("and a vendor of %s: text, whole and streamed, charged exactly", async (protocol) => {
    const shop = await open(protocol, () => HELLO);
    const expected: Heard = { text: "Hello there", finish: ended, input: 10, output: 5 };
    expect(await client.ask(shop, false, false)).toEqual(expected);
    expect(await client.ask(shop, true, false)).toEqual(expected);
    expect(vendor.calls.map(({ path }) => PATHS[protocol].test(path))).toEqual([true, true]);
    await until(() => shop.billing.records.length === 2);
    expect(shop.billing.records.map(({ chargeNano, usageSource, outcome, endpoint }) => ({ chargeNano, usageSource, outcome, endpoint })))
      .toEqual([1, 2].map(() => ({ chargeNano: CHARGE, usageSource: "upstream", outcome: "ok", endpoint: dialect })));
    expect(shop.billing.open.size).toBe(0);
  });

  test.each(PROTOCOLS)("and a vendor of %s: a tool is called, whole and streamed, and its answer brought back", async (protocol) => {
    const shop = await open(protocol, ({ body }) => (JSON.stringify(body).includes(RESULT) ? HELLO : CALL));
    for (const stream of [false, true]) {
      const heard = await client.ask(shop, stream, true);
      expect(heard).toMatchObject({ text: "", finish: called, tool: { name: "weather", arguments: { city: "Zürich" } }, input: 10, output: 5 });
      expect(JSON.stringify(vendor.calls.at(-1)!.body)).toContain(DESCRIPTION);
      expect(await client.bringBack(shop, heard)).toMatchObject({ text: "Hello there", finish: ended });
    }
  });

  test.each(PROTOCOLS)("and a vendor of %s that breaks off: the client is told in its own form, and pays for what it got", async (protocol) => {
    const shop = await open(protocol, () => HELLO, true);
    await expect(client.ask(shop, true, false)).rejects.toThrow(/unreadable answer/);
    await until(() => shop.billing.records.length === 1);
    expect(shop.billing.records[0]).toMatchObject({ outcome: "upstream_abort", errorCode: "bad_upstream_response" });
    expect(shop.billing.open.size).toBe(0);
  });
});

test.each(PROTOCOLS)("an editor that posts a Responses body to the chat address hears chat, whoever answers: %s", async (protocol) => {
  const shop = await open(protocol, ({ body }) => (JSON.stringify(body).includes(RESULT) ? HELLO : CALL));
  const body = { model: MODEL, instructions: "Be brief", input: [{ role: "user", content: [{ type: "input_text", text: QUESTION }] }], tools: RESPONSES_TOOLS };
  const send = (more: object): Promise<Response> => shop.chat({ messages: undefined, ...body, ...more });
  const whole = await send({});
  expect([whole.status, fromChat((await whole.json()) as OpenAI.ChatCompletion)]).toEqual([200, { text: "", finish: "tool_calls", input: 10, output: 5, tool: { name: "weather", arguments: { city: "Zürich" }, id: expect.any(String) as string } }]);
  const streamed = await (await send({ stream: true, stream_options: { include_usage: true }, input: [...body.input, { type: "function_call", call_id: "call_1", name: "weather", arguments: "{}" }, { type: "function_call_output", call_id: "call_1", output: RESULT }] })).text();
  expect(streamed).toMatch(/^data: \{.*"object":"chat\.completion\.chunk"/);
  expect(streamed.endsWith("data: [DONE]\n\n")).toBe(true);
  const chunks = streamed.split("\n\n").filter((line) => line.startsWith("data: {")).map((line) => parse(line.slice("data: ".length)) as OpenAI.ChatCompletionChunk);
  expect(chunks.map(({ choices }) => choices[0]?.delta.content ?? "").join("")).toBe("Hello there");
  expect(chunks.at(-1)!.usage).toMatchObject({ prompt_tokens: 10, completion_tokens: 5 });
  expect(JSON.stringify(vendor.calls[0]!.body)).toContain("Be brief");
  expect(shop.billing.records.map(({ endpoint, chargeNano }) => [endpoint, chargeNano])).toEqual([["chat", CHARGE], ["chat", CHARGE]]);
});

test.each(PROTOCOLS)("a Gemini stream without alt=sse is one JSON array, whoever answers: %s", async (protocol) => {
  const stream = (shop: Shop): Promise<Response> => fetch(`${shop.url}/v1beta/models/${MODEL}:streamGenerateContent?key=${KEY}`, { method: "POST", headers: { "x-modelmart-cost": "1" }, body: JSON.stringify({ contents: [{ parts: [{ text: QUESTION }] }] }) });
  const response = await stream(await open(protocol, () => HELLO));
  expect(response.headers.get("content-type")).toBe("application/json; charset=utf-8");
  const replies = (await response.json()) as { candidates: { content?: { parts?: { text?: string }[] }; finishReason?: string }[] }[];
  expect(replies.flatMap(({ candidates }) => candidates[0]?.content?.parts ?? []).map(({ text }) => text ?? "").join("")).toBe("Hello there");
  expect(replies.at(-1)!.candidates[0]!.finishReason).toBe("STOP");
  const broken = (await (await stream(await open(protocol, () => HELLO, true))).json()) as { error?: { status: string } }[];
  expect(broken.at(-1)!.error!.status).toBe("UNAVAILABLE");
});
