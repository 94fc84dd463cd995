import { expect } from "vitest";
import { keyOf } from "../../support/shop-store.ts";
import { until } from "../../support/until.ts";
import { expectError, expectFree, type Case } from "../mount.ts";

const body = { model: "chat", messages: [{ role: "user", content: "hello" }] };
const path = "/v1/chat/completions";

/** Who may come in, and what he is told when he may not. */
export const accessCases: readonly Case[] = [
  ["no key is 401 and reaches no vendor", async (mount) => {
    const before = mount.vendor.count();
    expectError(await mount.call(path, { as: null, body }), 401, "invalid_api_key");
    expect(mount.vendor.count()).toBe(before);
  }],
  ["a wrong key is 401, whatever it looks like", async (mount) => {
    for (const key of [keyOf("nobody"), "sk-1", "x", "sk-mm-" + "é".repeat(40), "'; DROP TABLE charges; --", "0".repeat(5_000)]) {
      expectError(await mount.call(path, { as: null, headers: { authorization: `Bearer ${encodeURIComponent(key)}` }, body }), 401, "invalid_api_key");
    }
  }],
  ["one key is taken from each place that clients put it", async (mount) => {
    const key = keyOf("rich");
    const places: readonly Readonly<Record<string, string>>[] = [{ authorization: `Bearer ${key}` }, { authorization: `bearer ${key}` }, { authorization: key }, { "x-api-key": key }, { "x-goog-api-key": key }, { "api-key": key }, { authorization: "", "x-api-key": key }];
    for (const headers of places) expect((await mount.call(path, { as: null, headers, body })).status, JSON.stringify(Object.keys(headers))).toBe(200);
    expect((await mount.call(`${path}?key=${key}`, { as: null, body })).status).toBe(200);
    expect(mount.shop.output()).not.toContain(key);
  }],
  ["two different keys are refused, twice the same is taken", async (mount) => {
    expectError(await mount.call(path, { headers: { "x-api-key": keyOf("stranger") }, body }), 401, "ambiguous_credentials");
    expect((await mount.call(path, { headers: { "x-api-key": keyOf("rich") }, body })).status).toBe(200);
  }],
  ["an expired or disabled key is refused", async (mount) => {
    for (const as of ["expired", "disabled"]) expectError(await mount.call(path, { as, body }), [401, 403]);
  }],
  ["an unknown model is 404, one without a price or channel is not sold", async (mount) => {
    expectError(await mount.chat({ model: "no-such-model" }), 404, "model_not_found");
    expectError(await mount.chat({ model: "unpriced" }), 404, "model_not_found");
    expectError(await mount.chat({ model: "unserved" }), [404, 503]);
  }],
  ["a key limited to other models is refused", async (mount) => {
    expectError(await mount.chat({}, { as: "limited" }), [403, 404], ["model_not_allowed", "model_not_found"]);
    expect((await mount.chat({ model: "other" }, { as: "limited" })).status).toBe(200);
  }],
  ["no credit is 402 with the numbers, and reaches no vendor", async (mount) => {
    const before = mount.vendor.count("chat-up");
    const reply = await mount.chat({}, { as: "poor" });
    expectError(reply, 402, "insufficient_quota");
    expect(reply.json.error).toMatchObject({ type: "insufficient_quota" });
    expect(reply.headers["x-should-retry"]).toBe("false");
    expect(mount.vendor.count("chat-up")).toBe(before);
    expect((await mount.call("/v1/credits", { as: "poor" })).status).toBe(200);
    await expectFree(mount, reply.id);
  }],
  ["more than the wallet could pay for is 402 before the vendor is asked", async (mount) => {
    const reply = await mount.chat({ max_tokens: 16_000, n: 128 }, { as: "stranger" });
    expectError(reply, 402, "insufficient_quota");
    expect(reply.json.error).toMatchObject({ needed_usd: expect.any(String), available_usd: expect.any(String) });
  }],
  ["requests above the limit are 429 with retry-after, and the headers tell the limit", async (mount) => {
    const replies = [];
    for (let n = 0; n < 4; n++) replies.push(await mount.chat({}, { as: "rpm" }));
    const refused = replies.filter(({ status }) => status === 429);
    expect(refused.length).toBeGreaterThanOrEqual(1);
    expectError(refused[0]!, 429, "rate_limit_exceeded");
    expect(Number(refused[0]!.headers["retry-after"])).toBeGreaterThanOrEqual(1);
    expect(replies[0]!.headers).toMatchObject({ "x-ratelimit-limit-requests": "2", "x-ratelimit-remaining-requests": expect.stringMatching(/^\d+$/), "x-ratelimit-reset-requests": expect.stringMatching(/^(\d+[hms])?(\d+m?s)*$/) });
  }],
  ["tokens above the limit are 429", async (mount) => {
    const statuses = [];
    for (let n = 0; n < 4; n++) statuses.push((await mount.chat({ max_tokens: 80 }, { as: "tpm" })).status);
    expect(statuses).toContain(429);
  }],
  ["a second request at once is 429 where one is allowed, and one after the other is not", async (mount) => {
    const slow = { model: "slow-head" };
    const both = await Promise.all([mount.chat(slow, { as: "one-at-a-time" }), mount.chat(slow, { as: "one-at-a-time" })]);
    expect(both.map(({ status }) => status).sort()).toEqual([200, 429]);
    expectError(both.find(({ status }) => status === 429)!, 429, "concurrency_limit_exceeded");
    expect((await mount.chat({}, { as: "one-at-a-time" })).status).toBe(200);
  }],
  ["a key's budget that is spent is 402", async (mount) => {
    const first = await mount.chat({ model: "call" }, { as: "budgeted" });
    if (first.status !== 402) expect(first.status).toBe(200); // the other mount may have spent it
    expectError(await mount.chat({ model: "call" }, { as: "budgeted" }), 402, "budget_exceeded");
  }],
  ["a wrong kind of credential is answered in the dialect of the address", async (mount) => {
    for (const address of ["/v1/models", "/v1/credits", "/v1/generation/req_00000000000000000000000000", "/openai/v1/models"]) {
      expectError(await mount.call(address, { as: null }), 401, "invalid_api_key");
    }
  }],
  ["credit that comes in is seen within a second", async (mount) => {
    const user = `late-${mount.url.split(":").at(-1)}`;
    const store = (usd: number): object => ({ users: [{ email: `${user}@example.com`, password: "correct-horse-battery", ...(usd > 0 && { credit: { amount: usd, id: "late" } }), keys: [{ name: "app", secret: keyOf(user) }] }] });
    await mount.shop.apply(store(0));
    expectError(await mount.chat({}, { as: user }), 402, "insufficient_quota");
    await mount.shop.apply(store(1));
    await until("credit", async () => (await mount.chat({}, { as: user })).status === 200, { timeoutMs: 1_000 });
  }],
];
