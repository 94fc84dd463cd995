import OpenAI from "openai";
import { expect } from "vitest";
import { chargeOf } from "../../support/shop-money.ts";
import { keyOf } from "../../support/shop-store.ts";
import { failure } from "../../support/vendor-scripts.ts";
import { MANY_PRICE } from "../contract-store.ts";
import { chargeRow, expectError, type Case, type Mount } from "../mount.ts";

const messages = [{ role: "user" as const, content: "hello" }];
const client = (mount: Mount, as = "rich"): OpenAI => new OpenAI({ apiKey: keyOf(as), baseURL: `${mount.url}/v1`, maxRetries: 0 });
const charge = (output: number): bigint => chargeOf({ input: 10, output }, MANY_PRICE);
const lastAsked = (mount: Mount): string => mount.vendor.requests.at(-1)!.model;

/** Names below `many/*`, which nobody has written down. */
export const wildcardCases: readonly Case[] = [
  ["the official SDK is answered, streamed and not, at the wildcard's price; charge and receipt name both", async (mount) => {
    const { data, response } = await client(mount).chat.completions.create({ model: "many/one", messages }).withResponse();
    const id = response.headers.get("x-request-id")!;
    expect([data.model, data.choices[0]!.message.content, lastAsked(mount)]).toEqual(["many/one", "word word word word word", "one"]);
    expect(response.headers.get("x-modelmart-cost-nano-usd")).toBe(String(charge(5)));
    expect(response.headers.get("x-modelmart-model")).toBe("many/one");

    const stream = await client(mount).chat.completions.create({ model: "many/deep/er:2", messages, stream: true, stream_options: { include_usage: true } });
    const models = new Set<string>();
    let tokens = 0;
    for await (const { model, usage } of stream) {
      models.add(model);
      tokens = usage?.completion_tokens ?? tokens;
    }
    expect([[...models], tokens, lastAsked(mount)]).toEqual([["many/deep/er:2"], 5, "deep/er:2"]);

    expect(await chargeRow(mount, id)).toMatchObject({ charge_nano: charge(5), model_asked: "many/one" });
    const receipt = await mount.call(`/v1/generation/${id}`);
    expect(receipt.json.data).toMatchObject({ model: "many/*", model_asked: "many/one" });
  }],
  ["a name that is sold by itself is not the wildcard's", async (mount) => {
    const reply = await mount.chat({ model: "many/own" });
    expect([reply.status, lastAsked(mount), reply.headers["x-modelmart-cost-nano-usd"]]).toEqual([200, "own-up", String(chargeOf({ input: 10, output: 5 }, { input: 1, output: 1 }))]);
    expectError(await mount.chat({ model: "many/off" }), 404, "model_not_found");
  }],
  ["a model that the vendor does not have is 404 in each dialect, free, and leaves the others alone", async (mount) => {
    mount.vendor.on("ghost", failure(404, "The model does not exist", "model_not_found"));
    const anthropic = { headers: { "anthropic-version": "2023-06-01" } };
    for (let i = 0; i < 3; i++) {
      const reply = await mount.chat({ model: "many/ghost", stream: i === 1 });
      expectError(reply, 404, "model_not_found");
      expect((await chargeRow(mount, reply.id)).charge_nano).toBe(0n);
    }
    expect((await mount.call("/v1/messages", { ...anthropic, body: { model: "many/ghost", max_tokens: 5, messages } })).json).toMatchObject({ error: { type: "not_found_error" } });
    expect((await mount.call("/v1beta/models/many/ghost:generateContent", { body: { contents: [{ parts: [{ text: "hi" }] }] } })).json).toMatchObject({ error: { status: "NOT_FOUND" } });
    expect((await mount.chat({ model: "many/two" })).status).toBe(200);
  }],
  ["what is no vendor's name reaches nobody", async (mount) => {
    const before = mount.vendor.count();
    for (const model of ["many/", "many/*", "many/../own", "many/one?status=500", "many/one#x", "many/one two", "many/%2e", "many/constructor", `many/${"x".repeat(300)}`]) expectError(await mount.chat({ model }), 404, "model_not_found");
    expect((await mount.call("/v1beta/models/many/one%3Fstatus=500:generateContent", { body: { contents: [{ parts: [{ text: "hi" }] }] } })).status).toBe(404);
    expect(mount.vendor.count()).toBe(before);
  }],
  ["a key may name the wildcard, or one name below it", async (mount) => {
    expect([(await mount.chat({ model: "many/one" }, { as: "many" })).status, (await mount.chat({ model: "many/one" }, { as: "one-of-many" })).status]).toEqual([200, 200]);
    expectError(await mount.chat({ model: "many/two" }, { as: "one-of-many" }), 403, "model_not_allowed");
    expectError(await mount.chat({}, { as: "many" }), 403, "model_not_allowed");
  }],
  ["no list names it; a name below it can be looked up", async (mount) => {
    for (const [path, headers] of [["/v1/models", {}], ["/v1/models", { "anthropic-version": "2023-06-01" }], ["/v1beta/models", {}]] as const) {
      const reply = await mount.call(path, { headers });
      expect([reply.status, reply.text.includes("many/*"), reply.text.includes("many/one")]).toEqual([200, false, false]);
    }
    expect((await mount.call("/v1/models/many/one")).json).toMatchObject({ id: "many/one", context_length: 64_000 });
    expect((await mount.call("/v1/models/many/one", { as: "limited" })).status).toBe(404);
  }],
  ["suffixes ask the cheapest or the fastest first, of models and below wildcards", async (mount) => {
    for (const [model, asked] of [["chat:floor", "chat-up"], ["many/one:nitro", "one"]] as const) {
      const reply = await mount.chat({ model });
      expect([reply.status, reply.headers["x-modelmart-model"], lastAsked(mount)]).toEqual([200, model.split(":")[0], asked]);
      expect(await chargeRow(mount, reply.id)).toMatchObject({ model_asked: model });
    }
    expectError(await mount.chat({ model: "chat:cheap" }), 404, "model_not_found");
  }],
];
