import { mkdirSync, writeFileSync } from "node:fs";
import path from "node:path";
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from "vitest";
import type { Tokenizer } from "#relay/metering/tokenizer.ts";
import { keptInMemory } from "../relay/kept-responses.ts";
import { openShop, until, type Shop } from "../relay/shop.ts";
import { failure, startVendor, type Vendor } from "../relay/vendor.ts";
import { AI_SDKS } from "./ai-sdks.ts";
import { matrixOf, type Cell } from "./report.ts";
import { ALIASES, DESCRIPTION, PNG, RESULTS, type Heard, type Sdk } from "./sdk.ts";
import { anthropic, google, openaiChat, openaiResponses } from "./vendor-sdks.ts";
import { channelFor, INPUT, OUTPUT, SIGNATURE, tells, UPSTREAMS, type Said, type Upstream } from "./words.ts";

/** Names that each vendor knows a thinking model by. */
const UPSTREAM_MODELS: Readonly<Record<Upstream, string>> = {
  chat: "up-model", responses: "gpt-5", messages: "claude-sonnet-4-5", gemini: "gemini-2.5-flash", converse: "claude-sonnet-4-5-by-profile", cohere: "command-a-reasoning", ollama: "qwen3",
};
const SDKS: readonly Sdk[] = [openaiChat, openaiResponses, anthropic, google, ...AI_SDKS];
const ANSWER = "It is raining at a quarter past nine.";
const SHORT = '{"answer_in_short":"rain"}';
const THOUGHT = "Both tools are needed here.";
const CALLS = [{ id: "call_a", name: "weather", arguments: { town_asked_for: "Zürich" } }, { id: "call_b", name: "clock", arguments: {} }];
/** 12 tokens in for 1 USD, 7 out for 2 USD per million. */
const CHARGE = BigInt(INPUT * 1_000 + OUTPUT * 2_000);
/** Which thoughts a library gives back with their proofs, and by which protocols' vendors they are wanted back. */
const FORGETFUL: readonly string[] = ["ai-sdk openai chat", "ai-sdk openai-compatible"];
/** Reads no thoughts in this format, as OpenAI's own chat tells none. */
const DEAF: readonly string[] = ["ai-sdk openai chat"];
const PROVING: readonly Upstream[] = ["responses", "messages", "gemini", "converse"];

const TROUBLES = ([[400, 400], [401, 502], [403, 502], [404, 502], [413, 413], [429, 429], [500, 502], [503, 502]] as const).map(([status, told]) => ({ status, told }));
/** Counts nothing: threads of tokenizers are dear. */
const BUSY: Tokenizer = { running: false, count: () => Promise.resolve(undefined), close: () => Promise.resolve() };

const openFor = (upstream: Upstream, at = origin, tokenizer?: Tokenizer): Promise<Shop> =>
  openShop({ ...(tokenizer && { tokenizer }), channels: [channelFor(upstream, at)], upstreamModel: UPSTREAM_MODELS[upstream], aliases: Object.values(ALIASES), responses: keptInMemory() });

const vendor = await startVendor();
const origin = vendor.url.slice(0, -"/v1".length);
const shops = new Map<Upstream, Shop>();
/** One vendor a trouble, which has no other answer. */
const troubled = new Map<number, Vendor>();
const cells: Cell[] = [];
const warned = new Set<string>();

beforeAll(async () => {
  for (const upstream of UPSTREAMS) shops.set(upstream, await openFor(upstream));
  for (const { status } of TROUBLES) troubled.set(status, await startVendor((call) => failure(call, status, "No, thank you")));
  const own = globalThis.fetch;
  // Libraries hide the answer's head, where what was left out is told.
  vi.stubGlobal("fetch", async (...call: Parameters<typeof fetch>) => {
    const response = await own(...call);
    for (const code of (response.headers.get("x-modelmart-warn") ?? "").split(",")) if (code !== "") warned.add(code.trim());
    return response;
  });
});
afterEach(async () => {
  for (const shop of shops.values()) {
    await until(() => shop.billing.open.size === 0);
    shop.billing.records.length = 0;
  }
});
afterAll(async () => {
  vi.unstubAllGlobals();
  for (const shop of shops.values()) await shop.close();
  await Promise.all([vendor, ...troubled.values()].map((each) => each.close()));
  const report = matrixOf(cells);
  const folder = path.resolve(import.meta.dirname, "../../.out");
  mkdirSync(folder, { recursive: true });
  writeFileSync(path.join(folder, "matrix.md"), report);
  // One run tells what it found where it is read.
  process.stdout.write(`\n${report}`);
});

/** The shop of this vendor, which now says so. */
function shopWhere(upstream: Upstream, say: (asked: string) => Said): Shop {
  vendor.calls.length = 0;
  warned.clear();
  vendor.script = tells(upstream, ({ body }) => say(JSON.stringify(body)));
  return shops.get(upstream)!;
}

const heardBy = (all: readonly Heard[]): Heard => all.at(-1)!;
const asked = (at: number): string => JSON.stringify(vendor.calls.at(at)!.body);

describe.each(SDKS.map((sdk) => [sdk.name, sdk] as const))("%s", (name, sdk) => {
  /** Notes a cell of the matrix when what is said of it has held. */
  const cell = (upstream: Upstream, scenario: string, losses: readonly string[] = [...warned].sort()): void => void cells.push({ client: name, upstream, scenario, losses });

  test.each(UPSTREAMS)("and %s: text, whole and streamed, charged exactly", async (upstream) => {
    const shop = shopWhere(upstream, () => ({ text: ANSWER }));
    for (const stream of [false, true]) {
      const heard = await sdk.converse(shop, { stream });
      expect(heard).toEqual([{ text: ANSWER, thought: "", calls: [], tokens: [INPUT, OUTPUT] }]);
      await until(() => shop.billing.records.length === (stream ? 2 : 1));
      expect(shop.billing.records.at(-1)).toMatchObject({ chargeNano: CHARGE, outcome: "ok", stream, usageSource: "upstream" });
      cell(upstream, stream ? "streamed" : "text");
    }
  });

  test.each(UPSTREAMS)("and %s: two tools at once, whole and streamed, and their results", async (upstream) => {
    for (const stream of [false, true]) {
      const shop = shopWhere(upstream, (body) => (body.includes(RESULTS.weather!) && body.includes(RESULTS.clock!) ? { text: ANSWER } : { text: "Let me look.", calls: CALLS }));
      const heard = await sdk.converse(shop, { stream, tools: true });
      expect(heard.map(({ calls }) => calls)).toEqual([[["weather", { town_asked_for: "Zürich" }], ["clock", {}]], []]);
      expect(heard.map(({ text }) => text)).toEqual(["Let me look.", ANSWER]);
      expect(asked(0)).toContain(DESCRIPTION);
      expect(asked(0)).toContain("town_asked_for");
      expect(asked(1)).toContain("Let me look.");
      cell(upstream, stream ? "tools, streamed" : "tools");
    }
  });

  test.each(UPSTREAMS)("and %s: an answer that keeps to a schema", async (upstream) => {
    const shop = shopWhere(upstream, (body) => (/"name":"json"/.test(body) ? { calls: [{ id: "call_j", name: "json", arguments: JSON.parse(SHORT) as object }] } : { text: SHORT }));
    const heard = heardBy(await sdk.converse(shop, { stream: true, schema: true }));
    expect(JSON.parse(heard.text)).toEqual(JSON.parse(SHORT));
    expect(asked(0)).toContain("answer_in_short");
    cell(upstream, "schema");
  });

  test.each(UPSTREAMS)("and %s: an image is seen", async (upstream) => {
    const shop = shopWhere(upstream, () => ({ text: ANSWER }));
    expect(heardBy(await sdk.converse(shop, { stream: false, image: true })).text).toBe(ANSWER);
    expect(asked(0)).toContain(PNG);
    cell(upstream, "image");
  });

  test.each(UPSTREAMS)("and %s: thoughts are asked for, told, and given back with their proof", async (upstream) => {
    for (const stream of [false, true]) {
      const shop = shopWhere(upstream, (body) => (body.includes(RESULTS.clock!) ? { text: ANSWER } : { thought: THOUGHT, calls: CALLS }));
      const heard = await sdk.converse(shop, { stream, tools: true, think: true });
      expect(heard.map(({ text, calls }) => [text, calls.length])).toEqual([["", 2], [ANSWER, 0]]);
      expect(heard[0]!.thought).toBe(DEAF.includes(name) ? "" : THOUGHT);
      expect(asked(0)).toMatch(/reason|think/i);
      cell(upstream, stream ? "thoughts, streamed" : "thoughts");
      if (!PROVING.includes(upstream) || FORGETFUL.includes(name)) continue;
      expect(asked(1)).toContain(SIGNATURE);
      if (stream) cell(upstream, "proofs");
    }
  });

  test.each(UPSTREAMS)("and %s: who leaves in the middle pays for what came", async (upstream) => {
    const shop = shopWhere(upstream, () => ({ text: ANSWER }));
    vendor.script = tells(upstream, () => ({ text: ANSWER }), true);
    const leaving = new AbortController(), before = shop.left;
    await expect(sdk.converse(shop, { stream: true, signal: leaving.signal, onText: () => leaving.abort() })).rejects.toThrow();
    // Only once the shop knows: some vendors are then heard to the end, as they count on whether somebody listens or not.
    await until(() => shop.left > before);
    vendor.calls[0]!.response.destroy();
    await until(() => shop.billing.records.length === 1);
    expect(shop.billing.records[0]).toMatchObject({ outcome: "client_abort" });
    expect(shop.billing.records[0]!.chargeNano).toBeGreaterThan(0n);
    cell(upstream, "leaving");
  });

  test("a vendor's troubles are told by their own kind, and cost nothing, whatever it speaks", async () => {
    const asks = UPSTREAMS.flatMap((upstream) => TROUBLES.map((trouble) => ({ upstream, ...trouble })));
    // All at once: who waits before trying again keeps nobody waiting.
    const heard = await Promise.all(asks.map(async ({ upstream, status }) => {
      // A key that was refused is not asked again, so each trouble has a shop of its own.
      const shop = await openFor(upstream, troubled.get(status)!.url.slice(0, -"/v1".length), BUSY);
      const refused: unknown = await sdk.converse(shop, { stream: status % 2 === 0 }).catch((error: unknown) => error);
      const { open, records } = shop.billing;
      await shop.close();
      return [upstream, status, sdk.statusOf(refused), open.size, records.every(({ chargeNano }) => chargeNano === 0n)];
    }));
    expect(heard).toEqual(asks.map(({ upstream, status, told }) => [upstream, status, told, 0, true]));
    for (const upstream of UPSTREAMS) cell(upstream, "errors", []);
  });
});
