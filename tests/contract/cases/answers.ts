import { expect } from "vitest";
import { chargeOf, nanoOf } from "../../support/shop-money.ts";
import { PRICE, keyOf } from "../../support/shop-store.ts";
import { until } from "../../support/until.ts";
import { bytes, chat, json } from "../../support/vendor-scripts.ts";
import { contentOf, events, type Json } from "../client.ts";
import { chargeRow, expectError, expectNothingLeaked, type Case, type Mount } from "../mount.ts";

type Receipt = Readonly<{ id: string; model: string; total_cost_nano_usd: number | string; line_items: readonly { bucket: string; quantity: number; amount_nano_usd: number | string }[]; status: string; usage: Json }>;

async function receipt(mount: Mount, id: string, as = "rich"): Promise<Receipt> {
  return until(`receipt of ${id}`, async () => {
    const reply = await mount.call(`/v1/generation/${id}`, { as });
    return reply.status === 200 && (reply.json.data as Receipt);
  });
}

const withUsage = { stream: true, stream_options: { include_usage: true } };

/** What a customer gets for his money, and what it says about it. */
export const answerCases: readonly Case[] = [
  ["an answer carries its id, its cost and nothing of the vendor's", async (mount) => {
    mount.vendor.once("chat-up", chat({ chunks: 20, headers: { "x-request-id": "vendor-id", "openai-organization": "org-secret", "set-cookie": "a=b", server: "vendor/1", "cf-ray": "ray", "x-groq-id": "groq" } }));
    const reply = await mount.chat({});
    expect(reply.status).toBe(200);
    expect(reply.json).toMatchObject({ object: "chat.completion", model: "chat", choices: [{ finish_reason: "stop" }], usage: { prompt_tokens: 10, completion_tokens: 20 } });
    expect(reply.id).toMatch(/^req_/);
    expect(reply.headers["x-modelmart-cost-nano-usd"]).toBe(String(chargeOf({ input: 10, output: 20 }, PRICE)));
    for (const name of ["openai-organization", "set-cookie", "cf-ray", "x-groq-id", "server"]) expect(reply.headers).not.toHaveProperty(name);
    expect(reply.headers["cache-control"]).toContain("no-store");
    expectNothingLeaked(reply);
  }],
  ["a stream begins with its id, ends with one [DONE], and tells usage only to those who ask", async (mount) => {
    const plain = await mount.chat({ stream: true });
    expect([plain.status, plain.whole]).toEqual([200, true]);
    expect(plain.headers["content-type"]).toContain("text/event-stream");
    expect(plain.id).toMatch(/^req_/);
    expect(contentOf(plain.text)).toBe("word word word word word");
    expect(events(plain.text).filter((event) => event === "[DONE]")).toHaveLength(1);
    expect(events(plain.text).some((event) => event !== "[DONE]" && Array.isArray(event.choices) && event.choices.length === 0)).toBe(false);
    expect(plain.text).not.toContain("cost-nano-usd");
    expect(plain.text).not.toContain("chat-up");

    const asked = await mount.chat(withUsage, { headers: { "x-modelmart-cost": "1" } });
    expect(events(asked.text).filter((event) => event !== "[DONE]" && event.usage !== undefined && event.usage !== null)).toHaveLength(1);
    expect(asked.text.trimEnd().split("\n").at(-1)).toBe(`: cost-nano-usd=${chargeOf({ input: 10, output: 5 }, PRICE)}`);
    for (const reply of [plain, asked]) expect((await chargeRow(mount, reply.id)).charge_nano).toBe(chargeOf({ input: 10, output: 5 }, PRICE));
  }],
  ["however a vendor frames its stream, the customer sees the same text and one end", async (mount) => {
    const plain = chat({ chunks: 6 });
    for (const [name, rule] of Object.entries({
      crlf: chat({ chunks: 6, eol: "\r\n" }), cr: chat({ chunks: 6, eol: "\r" }), comments: chat({ chunks: 6, comments: true }), noDone: chat({ chunks: 6, done: 0 }), twoDone: chat({ chunks: 6, done: 2 }), gzip: chat({ chunks: 6, gzip: true }), plain,
    })) {
      mount.vendor.once("chat-up", rule);
      const reply = await mount.chat(withUsage);
      expect([name, reply.status, contentOf(reply.text)]).toEqual([name, 200, "word word word word word word"]);
      expect([name, events(reply.text).filter((event) => event === "[DONE]").length]).toEqual([name, 1]);
      expect((await chargeRow(mount, reply.id)).charge_nano, name).toBe(chargeOf({ input: 10, output: 6 }, PRICE));
    }
  }],
  ["a stream cut up byte by byte, emoji included, arrives intact", async (mount) => {
    mount.vendor.once("chat-up", (request) => {
      const script = chat({ text: "naïve 😀😀 日本語" });
      const { pieces = [], headers } = typeof script === "function" ? script(request) : script;
      return bytes(pieces.join(""), headers!["content-type"]!, { split: 1 });
    });
    const reply = await mount.chat({ stream: true });
    expect(contentOf(reply.text)).toBe("naïve 😀😀 日本語");
  }],
  ["a whole completion on a stream request becomes a stream", async (mount) => {
    mount.vendor.once("chat-up", json({ id: "x", object: "chat.completion", created: 1, model: "chat-up", choices: [{ index: 0, message: { role: "assistant", content: "all at once" }, finish_reason: "stop" }], usage: { prompt_tokens: 3, completion_tokens: 4, total_tokens: 7 } }));
    const reply = await mount.chat(withUsage);
    expect(reply.headers["content-type"]).toContain("text/event-stream");
    expect(contentOf(reply.text)).toBe("all at once");
    expect((await chargeRow(mount, reply.id)).charge_nano).toBe(chargeOf({ input: 3, output: 4 }, PRICE));
  }],
  ["tool calls pass, streamed and not", async (mount) => {
    const tools = [{ id: "call_1", name: "weather", arguments: '{"city":"Oslo"}' }, { id: "call_2", name: "time", arguments: "{}" }];
    mount.vendor.once("chat-up", chat({ tools }), chat({ tools }));
    const whole = await mount.chat({ tools: [{ type: "function", function: { name: "weather", parameters: {} } }] });
    expect(whole.json).toMatchObject({ choices: [{ finish_reason: "tool_calls", message: { tool_calls: [{ id: "call_1" }, { id: "call_2" }] } }] });
    const streamed = await mount.chat({ stream: true, tools: [{ type: "function", function: { name: "weather", parameters: {} } }] });
    expect(streamed.text).toContain('"finish_reason":"tool_calls"');
    for (const reply of [whole, streamed]) expect((await chargeRow(mount, reply.id)).outcome).toBe("ok");
  }],
  ["text completions and embeddings are answered and charged", async (mount) => {
    const text = await mount.call("/v1/completions", { body: { model: "text", prompt: "Once" } });
    expect(text.json).toMatchObject({ object: "text_completion", model: "text", choices: [{ text: "word word word word word" }] });
    expect((await chargeRow(mount, text.id)).charge_nano).toBe(chargeOf({ input: 10, output: 5 }, { input: 1.5, output: 2 }));
    const streamed = await mount.call("/v1/completions", { body: { model: "text", prompt: "Once", ...withUsage } });
    expect(events(streamed.text).at(-1)).toBe("[DONE]");
    expect((await chargeRow(mount, streamed.id)).charge_nano).toBe(chargeOf({ input: 10, output: 5 }, { input: 1.5, output: 2 }));
    const embedded = await mount.call("/v1/embeddings", { body: { model: "embed", input: ["a", "b"] } });
    expect(embedded.json).toMatchObject({ object: "list", data: [{ index: 0 }, { index: 1 }], usage: { prompt_tokens: 8 } });
    expect((await chargeRow(mount, embedded.id)).charge_nano).toBe(chargeOf({ input: 8 }, { input: 0.02 }));
  }],
  ["the ratio form and the price per call charge what they say", async (mount) => {
    expect((await chargeRow(mount, (await mount.chat({ model: "ratio" })).id)).charge_nano).toBe(chargeOf({ input: 10, output: 5 }, { input: 0.5, output: 1.5 }));
    expect((await chargeRow(mount, (await mount.chat({ model: "call" })).id)).charge_nano).toBe(nanoOf("0.1"));
  }],
  ["cached and reasoning tokens are taken apart", async (mount) => {
    mount.vendor.once("chat-up", chat({ usage: { prompt_tokens: 1_000, completion_tokens: 50, total_tokens: 1_050, prompt_tokens_details: { cached_tokens: 800 }, completion_tokens_details: { reasoning_tokens: 30 } } }));
    const row = await chargeRow(mount, (await mount.chat({})).id);
    expect([row.u_input, row.u_cache_read, row.u_output, row.u_reasoning]).toEqual([200n, 800n, 20n, 30n]);
    expect(row.charge_nano).toBe(chargeOf({ input: 200, cache_read: 800, output: 20, reasoning: 30 }, PRICE));
    expect(row.usage_source).toBe("upstream");
  }],
  ["the receipt equals the charge, line by line, and is its owner's alone", async (mount) => {
    const reply = await mount.chat({});
    const row = await chargeRow(mount, reply.id);
    const paper = await receipt(mount, reply.id);
    expect(BigInt(paper.total_cost_nano_usd)).toBe(row.charge_nano);
    expect(paper).toMatchObject({ model: "chat", id: reply.id });
    expect(paper.line_items.length).toBeGreaterThanOrEqual(2);
    expect((await mount.call(`/v1/generation?id=${reply.id}`)).json).toEqual((await mount.call(`/v1/generation/${reply.id}`)).json);
    expectError(await mount.call(`/v1/generation/${reply.id}`, { as: "stranger" }), 404);
    expectError(await mount.call("/v1/generation/req_00000000000000000000000000"), 404);
    expect(JSON.stringify(paper)).not.toMatch(/channel-|sk-upstream|chat-up/);
  }],
  ["credits tell the wallet to the nano", async (mount) => {
    const before = (await mount.call("/v1/credits", { as: "stranger" })).json.data as { balance: number; total_usage: number; total_credits: number };
    const reply = await mount.chat({ model: "call" }, { as: "stranger" });
    await chargeRow(mount, reply.id);
    const after = (await mount.call("/v1/credits", { as: "stranger" })).json.data as typeof before;
    expect(Math.round((before.balance - after.balance) * 1e9)).toBe(1e8);
    expect(Math.round((after.total_credits - after.total_usage - after.balance) * 1e9)).toBe(0);
  }],
  ["models that can be called are listed, with slashes too; others are not", async (mount) => {
    const list = await mount.call("/v1/models");
    const ids = (list.json.data as { id: string; object: string }[]).map(({ id }) => id);
    expect(list.json.object).toBe("list");
    for (const id of ["chat", "org/deep/chat", "embed", "text"]) expect(ids).toContain(id);
    expect(ids).not.toContain("unpriced");
    expect(ids).toEqual([...ids].sort());
    expect((await mount.call("/v1/models/org/deep/chat")).json).toMatchObject({ id: "org/deep/chat", object: "model" });
    expect((await mount.call("/v1/models/org%2Fdeep%2Fchat")).json).toMatchObject({ id: "org/deep/chat" });
    expectError(await mount.call("/v1/models/no-such"), 404, "model_not_found");
    const limited = await mount.call("/v1/models", { as: "limited" });
    expect((limited.json.data as { id: string }[]).map(({ id }) => id)).toEqual(["other"]);
  }],
  ["the prefixed addresses are the same endpoints", async (mount) => {
    const body = { model: "chat", messages: [{ role: "user", content: "hello" }] };
    expect((await mount.call("/openai/v1/chat/completions", { body })).status).toBe(200);
    expect((await mount.call("/openai/v1/models")).status).toBe(200);
  }],
  ["a key never stands in an answer or a log", async (mount) => {
    const reply = await mount.chat({ messages: [{ role: "user", content: `my key is ${keyOf("rich")}` }] });
    expect(reply.text).not.toContain(keyOf("rich"));
    expect(mount.shop.output()).not.toMatch(/sk-mm-7|sk-upstream/);
  }],
];
