import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { openShop, KEY, until, type Shop } from "../relay/shop.ts";
import { startVendor } from "../relay/vendor.ts";
import { channelFor, tells, UPSTREAMS, type Upstream } from "../sdk/words.ts";
import { SHAPES, type Shape } from "./shapes.ts";

const UPSTREAM_MODELS: Readonly<Record<Upstream, string>> = {
  chat: "up-model", responses: "gpt-5", messages: "claude-sonnet-4-5", gemini: "gemini-2.5-flash", converse: "claude-sonnet-4-5-by-profile", cohere: "command-a-reasoning", ollama: "qwen3",
};
const ANSWER = "All is well.";
const vendor = await startVendor();
const origin = vendor.url.slice(0, -"/v1".length);
const shops = new Map<Upstream, Shop>();

beforeAll(async () => {
  for (const upstream of UPSTREAMS) shops.set(upstream, await openShop({ channels: [channelFor(upstream, origin)], upstreamModel: UPSTREAM_MODELS[upstream] }));
});
afterAll(async () => {
  for (const shop of shops.values()) await shop.close();
  await vendor.close();
});

/** The pieces of text in an answer, in whichever form it is. */
const textOf = (answer: string): string =>
  answer.split("\n").filter((line) => line.startsWith("data: {") || line.startsWith("{")).map((line) => JSON.parse(line.replace(/^data: /, "")) as Answer).map((event) =>
    event.choices?.map(({ delta, message }) => delta?.content ?? message?.content ?? "").join("") ?? event.candidates?.flatMap(({ content }) => content?.parts ?? []).map(({ text }) => text ?? "").join("")
    ?? (event.type === "response.output_text.delta" ? (event.delta as string) : event.type === "content_block_delta" ? ((event.delta as { text?: string }).text ?? "") : "")).join("");
type Answer = Readonly<{
  type?: string; delta?: unknown; choices?: readonly Readonly<{ delta?: { content?: string }; message?: { content?: string } }>[]; candidates?: readonly Readonly<{ content?: { parts?: readonly Readonly<{ text?: string }>[] } }>[];
}>;

const send = ({ url }: Shop, { path, headers, body }: Shape): Promise<Response> =>
  fetch(`${url}${path}`, { method: "POST", headers: { authorization: `Bearer ${KEY}`, "content-type": "application/json", ...headers }, body: JSON.stringify(body) });

describe.each(SHAPES.map((shape) => [shape.client, shape] as const))("%s", (_client, shape) => {
  test.each(UPSTREAMS)("is understood, whoever answers: %s", async (upstream) => {
    const shop = shops.get(upstream)!;
    vendor.calls.length = 0;
    shop.billing.records.length = 0;
    vendor.script = tells(upstream, () => ({ text: ANSWER }));
    const response = await send(shop, shape);
    const answer = await response.text();
    expect([response.status, response.status === 200 ? "" : answer]).toEqual([200, ""]);
    expect(textOf(answer)).toBe(ANSWER);
    const asked = JSON.stringify(vendor.calls[0]!.body);
    for (const kept of shape.keeps) expect(asked).toContain(kept);
    await until(() => shop.billing.records.length === 1);
    expect(shop.billing.records[0]).toMatchObject({ outcome: "ok", usageSource: "upstream" });
  });
});

const PREFIXES: readonly (readonly [client: string, prefix: string])[] = [["Chatbox", "/openai"], ["Codex CLI", "/openai"], ["Claude Code", "/anthropic"], ["Claude Code", "/claude"], ["Gemini CLI", "/gemini"]];

test.each(PREFIXES)("%s hears the same under the prefix %s", async (client, prefix) => {
  const shape = SHAPES.find((one) => one.client === client)!, shop = shops.get("cohere")!;
  vendor.script = tells("cohere", () => ({ text: ANSWER }));
  const answers = [shape, { ...shape, path: `${prefix}${shape.path}` }].map(async (one) => (await (await send(shop, one)).text()).replaceAll(/01[0-9a-z]{24}/gi, "ID").replaceAll(/("created(?:_at)?"|"completed_at"):\d+/g, "$1:0"));
  const [plain, prefixed] = await Promise.all(answers);
  expect(textOf(plain!)).toBe(ANSWER);
  expect(prefixed).toBe(plain);
});
