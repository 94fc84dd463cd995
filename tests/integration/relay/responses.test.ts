import OpenAI from "openai";
import type { ResponseStreamEvent } from "openai/resources/responses/responses";
import { afterEach, describe, expect, test } from "vitest";
import { keptInMemory } from "./kept-responses.ts";
import { KEY, openShop } from "./shop.ts";
import type { Shop, ShopOptions } from "./shop.ts";
import { begin, completion, failure, json, startVendor } from "./vendor.ts";
import type { Script, Vendor, VendorCall } from "./vendor.ts";

const closing: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

type SetUp = Readonly<{ shop: Shop; vendors: readonly Vendor[]; client: OpenAI }>;

async function setUp(scripts: readonly Script[], { provider = "openai", ...over }: Partial<ShopOptions> & Readonly<{ provider?: string }> = {}): Promise<SetUp> {
  const vendors = await Promise.all(scripts.map((script) => startVendor(script)));
  closing.push(...vendors.map((vendor) => vendor.close));
  const shop = await openShop({ channels: vendors.map((vendor, i) => ({ baseUrl: vendor.url, priority: -i, provider })), ...over });
  closing.push(shop.close);
  return { shop, vendors, client: new OpenAI({ baseURL: `${shop.url}/v1`, apiKey: KEY, maxRetries: 0 }) };
}

const USAGE = { input_tokens: 10, input_tokens_details: { cached_tokens: 0 }, output_tokens: 5, output_tokens_details: { reasoning_tokens: 0 }, total_tokens: 15 };

const responseOf = (call: VendorCall, text: string): Record<string, unknown> => ({
  id: `resp_${call.n}`, object: "response", created_at: 1, model: call.body.model, status: "completed", store: false, previous_response_id: null, error: null, incomplete_details: null, usage: USAGE,
  output: [{ id: `msg_${call.n}`, type: "message", role: "assistant", status: "completed", content: [{ type: "output_text", text, annotations: [] }] }],
});

const send = ({ response }: VendorCall, event: Readonly<Record<string, unknown>>): void => void response.write(`event: ${String(event.type)}\ndata: ${JSON.stringify(event)}\n\n`);

/** A vendor that speaks Responses, streamed if that was asked for. @param until where the stream is cut */
function answer(call: VendorCall, { text = "Hello there", until = "end" as "end" | "text" } = {}): void {
  const whole = responseOf(call, text);
  if (call.body.stream !== true) {
    json(call, 200, whole);
    return;
  }
  begin(call);
  const place = { item_id: `msg_${call.n}`, output_index: 0, content_index: 0 };
  const begun = { ...whole, status: "in_progress", output: [], usage: null };
  const events = [
    { type: "response.created", response: begun }, { type: "response.in_progress", response: begun },
    { type: "response.output_item.added", output_index: 0, item: { id: place.item_id, type: "message", role: "assistant", status: "in_progress", content: [] } },
    { type: "response.content_part.added", ...place, part: { type: "output_text", text: "", annotations: [] } },
    ...text.split(/(?<= )/).map((delta) => ({ type: "response.output_text.delta", ...place, delta, logprobs: [] })),
  ];
  const rest = [
    { type: "response.output_text.done", ...place, text, logprobs: [] },
    { type: "response.content_part.done", ...place, part: { type: "output_text", text, annotations: [] } },
    { type: "response.output_item.done", output_index: 0, item: (whole.output as object[])[0] },
    { type: "response.completed", response: whole },
  ];
  [...events, ...(until === "end" ? rest : [])].forEach((event, sequence_number) => send(call, { ...event, sequence_number }));
  if (until === "end") call.response.end();
  else call.response.socket!.destroySoon();
}

async function collect(stream: AsyncIterable<ResponseStreamEvent>): Promise<ResponseStreamEvent[]> {
  const events: ResponseStreamEvent[] = [];
  for await (const event of stream) events.push(event);
  return events;
}

const textOf = (events: readonly ResponseStreamEvent[]): string => events.map((event) => (event.type === "response.output_text.delta" ? event.delta : "")).join("");

describe("a vendor that speaks Responses", () => {
  test("is passed the request, and its answer passes, charged exactly", async () => {
    const { shop, vendors: [vendor], client } = await setUp([answer]);
    const { response, output_text } = await client.responses.create({ model: "gpt-test", input: "Hi" }).then((reply) => ({ response: reply, output_text: reply.output_text }));
    expect(output_text).toBe("Hello there");
    expect(response).toMatchObject({ model: "gpt-test", usage: { input_tokens: 10, output_tokens: 5 } });
    expect(vendor!.calls[0]).toMatchObject({ path: "/v1/responses", body: { model: "up-model", store: false, input: "Hi" } });
    expect(shop.billing.records[0]).toMatchObject({ outcome: "ok", chargeNano: 20_000n, usageSource: "upstream", quantities: { input: 10, output: 5 } });
  });

  test("streams; the last event waits for the charge", async () => {
    const { shop, client } = await setUp([answer]);
    shop.billing.finishMs = 150;
    const stream = await client.responses.create({ model: "gpt-test", input: "Hi", stream: true });
    const events: ResponseStreamEvent[] = [];
    let charged: number | undefined;
    for await (const event of stream) {
      events.push(event);
      if (event.type === "response.completed") charged = shop.billing.records.length;
    }
    expect(charged).toBe(1);
    expect(textOf(events)).toBe("Hello there");
    for (const event of events) if ("response" in event) expect(event.response.model).toBe("gpt-test");
    expect(shop.billing.records[0]).toMatchObject({ outcome: "ok", chargeNano: 20_000n, stream: true });
  });

  test.each<readonly [string, Script]>([
    ["an error event", (call) => {
      begin(call);
      send(call, { type: "error", code: "server_error", message: "Oh.", param: null, sequence_number: 0 });
      call.response.end();
    }],
    ["a response that failed", (call) => {
      begin(call);
      const response = { ...responseOf(call, ""), output: [], status: "failed", error: { code: "server_error", message: "Oh." } };
      send(call, { type: "response.created", response });
      send(call, { type: "response.failed", response });
      call.response.end();
    }],
    ["status 500", (call) => failure(call, 500)],
  ])("%s before any content goes to the next channel", async (_, script) => {
    const { client, vendors } = await setUp([script, answer]);
    const events = await collect(await client.responses.create({ model: "gpt-test", input: "Hi", stream: true }));
    expect(textOf(events)).toBe("Hello there");
    expect(events.map(({ type }) => type)).not.toContain("response.failed");
    expect(vendors.map(({ calls }) => calls.length)).toEqual([1, 1]);
  });

  test("a stream that breaks after content ends with the response that failed", async () => {
    const { shop, client } = await setUp([(call) => answer(call, { until: "text" })]);
    const events = await collect(await client.responses.create({ model: "gpt-test", input: "Hi", stream: true }));
    const last = events.at(-1);
    expect(last).toMatchObject({ type: "response.failed", response: { id: "resp_1", model: "gpt-test", status: "failed", error: { code: "server_error" } } });
    expect(events.map((event) => event.sequence_number)).toEqual(events.map((_, at) => at));
    expect(shop.billing.records[0]).toMatchObject({ outcome: "upstream_abort" });
  });

  test("an error is an error of the SDK", async () => {
    const { client } = await setUp([(call) => failure(call, 400, "The 'temperature' is wrong.")]);
    await expect(client.responses.create({ model: "gpt-test", input: "Hi", temperature: 1 })).rejects.toThrow(OpenAI.BadRequestError);
    await expect(client.responses.create({ model: "gpt-test", input: "Hi", background: true })).rejects.toThrow(OpenAI.BadRequestError);
  });
});

describe("a vendor that speaks chat alone", () => {
  const weather = { type: "function", name: "weather", parameters: { type: "object", properties: { city: { type: "string" } } }, strict: false } as const;
  const withTool: Script = (call) => {
    const messages = call.body.messages as readonly { role: string }[];
    if (messages.at(-1)!.role === "tool") return completion(call, { text: "Sunny." });
    const tool_calls = [{ id: "call_1", type: "function", function: { name: "weather", arguments: '{"city":"Rome"}' } }];
    return json(call, 200, { id: "c", object: "chat.completion", created: 1, model: "up-model", choices: [{ index: 0, message: { role: "assistant", content: null, tool_calls }, finish_reason: "tool_calls" }], usage: { prompt_tokens: 10, completion_tokens: 5, total_tokens: 15 } });
  };

  test("a tool is called and its result goes back", async () => {
    const { shop, vendors: [vendor], client } = await setUp([withTool], { provider: "openai-compatible" });
    const input: OpenAI.Responses.ResponseInput = [{ role: "user", content: "Weather in Rome?" }];
    const first = await client.responses.create({ model: "gpt-test", input, tools: [weather] });
    const call = first.output.find((item) => item.type === "function_call")!;
    expect(call).toMatchObject({ name: "weather", call_id: "call_1", arguments: '{"city":"Rome"}' });
    const second = await client.responses.create({ model: "gpt-test", tools: [weather], input: [...input, call, { type: "function_call_output", call_id: call.call_id, output: "sun" }] });
    expect(second.output_text).toBe("Sunny.");
    expect(vendor!.calls[1]!.path).toBe("/v1/chat/completions");
    expect(vendor!.calls[1]!.body.messages).toMatchObject([
      { role: "user" }, { role: "assistant", tool_calls: [{ id: "call_1", function: { name: "weather", arguments: '{"city":"Rome"}' } }] }, { role: "tool", tool_call_id: "call_1", content: "sun" },
    ]);
    expect(shop.billing.records.map(({ chargeNano }) => chargeNano)).toEqual([20_000n, 20_000n]);
  });

  test("a stream is told in this format's events", async () => {
    const { client } = await setUp([completion], { provider: "openai-compatible" });
    const events = await collect(await client.responses.create({ model: "gpt-test", input: "Hi", stream: true }));
    expect(textOf(events)).toBe("Hello there");
    expect(events.map((event) => event.sequence_number)).toEqual(events.map((_, at) => at));
    expect(events[0]?.type).toBe("response.created");
    expect(events.at(-1)).toMatchObject({ type: "response.completed", response: { model: "gpt-test", status: "completed", usage: { input_tokens: 10, output_tokens: 5, total_tokens: 15 } } });
  });
});

describe("conversations that the shop keeps in mind", () => {
  test.each(["openai", "openai-compatible"])("go on from the answer before (%s)", async (provider) => {
    const responses = keptInMemory();
    const { vendors: [vendor], client } = await setUp([provider === "openai" ? answer : completion], { provider, responses });
    const first = await client.responses.create({ model: "gpt-test", input: "Hi", instructions: "Be brief." });
    expect(first).toMatchObject({ store: true });
    const stream = await client.responses.create({ model: "gpt-test", input: "And now?", previous_response_id: first.id, stream: true });
    const last = (await collect(stream)).at(-1);
    expect(last).toMatchObject({ type: "response.completed", response: { previous_response_id: first.id, store: true } });

    const { body } = vendor!.calls[1]!;
    if (provider === "openai") {
      expect(body.input).toMatchObject([{ role: "user" }, { type: "message", role: "assistant", content: [{ text: "Hello there" }] }, { role: "user", content: [{ text: "And now?" }] }]);
      expect(body).not.toHaveProperty("previous_response_id");
      expect(body.store).toBe(false);
    } else expect((body.messages as { role: string }[]).map(({ role }) => role)).toEqual(["user", "assistant", "user"]);
    // Instructions are for one turn alone.
    expect(JSON.stringify(body)).not.toContain("Be brief.");

    const id = last!.type === "response.completed" ? last!.response.id : "";
    expect((await client.responses.retrieve(id)).output_text).toBe("Hello there");
    const items = await client.responses.inputItems.list(id, { order: "asc", limit: 2 });
    expect(items.data).toMatchObject([{ type: "message", role: "user", id: expect.stringMatching(/^msg_/) as string }, { role: "assistant" }]);
    expect(items.has_more).toBe(true);
    await client.responses.delete(id);
    await expect(client.responses.retrieve(id)).rejects.toThrow(OpenAI.NotFoundError);
  });

  test("an item that was said before may be named", async () => {
    const { vendors: [vendor], client } = await setUp([answer], { responses: keptInMemory() });
    await client.responses.create({ model: "gpt-test", input: "Hi" });
    await client.responses.create({ model: "gpt-test", input: [{ role: "user", content: "Hi" }, { type: "item_reference", id: "msg_1" }, { role: "user", content: "More" }] });
    expect(vendor!.calls[1]!.body.input).toMatchObject([{ role: "user" }, { id: "msg_1", role: "assistant" }, { role: "user" }]);
    await expect(client.responses.create({ model: "gpt-test", input: [{ type: "item_reference", id: "msg_9" }] })).rejects.toThrow(/msg_9/);
  });

  test("are nobody's who did not ask for it, and nobody else's", async () => {
    const responses = keptInMemory();
    const { client } = await setUp([answer], { responses });
    await client.responses.create({ model: "gpt-test", input: "Hi", store: false });
    expect(responses.kept.size).toBe(0);
    responses.kept.set("somebody/resp_7", { response: { id: "resp_7", output: [] }, input: [] });
    await expect(client.responses.retrieve("resp_7")).rejects.toThrow(OpenAI.NotFoundError);
    const error = await client.responses.create({ model: "gpt-test", input: "Hi", previous_response_id: "resp_7" }).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ status: 400, code: "previous_response_not_found", param: "previous_response_id" });
  });
});
