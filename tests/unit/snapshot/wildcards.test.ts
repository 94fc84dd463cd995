import { expect, test } from "vitest";
import { findModel, keyAllows, resolveModel } from "#relay/policy/resolve-model.ts";
import { buildSnapshot } from "#snapshot/build-snapshot.ts";
import type { Caller } from "#snapshot/snapshot.ts";
import type { SnapshotRows } from "#snapshot/snapshot-rows.ts";
import { soldModel, tiersFor } from "#snapshot/wildcards.ts";

const at = (ms: number): Date => new Date(ms);
const channel = (id: string, over: Partial<SnapshotRows["channels"][number]> = {}): SnapshotRows["channels"][number] => ({
  id, number: Number(id.slice(1)), name: id, provider: "openai", base_url: null, protocol: null, priority: 0, weight: 1, key_mode: "round_robin",
  cost_ppm: 500_000, limits: {}, timeouts: {}, settings: {}, proxy_sealed: null, status: "active", paused_until: null, ...over,
});
const model = (slug: string): SnapshotRows["models"][number] =>
  ({ id: `id-${slug}`, slug, vendor: null, context_tokens: null, max_output_tokens: null, endpoints: [], created_at: at(0), limits: {}, list_price: null });
const priced = (slug: string, input: string, id: bigint) => ({ id, model_id: `id-${slug}`, effective_from: at(0), doc: { items: { input, output: "2000000" } } });
const serves = (channel_id: string, public_name: string, upstream_name: string) => ({ channel_id, public_name, upstream_name });

const ROWS: SnapshotRows = {
  rev: 1n, settings: [], aliases: [{ alias: "openai/mini", slug: "openai/gpt-4o-mini" }, { alias: "openai/old", slug: "openai/off" }, { alias: "openai/all", slug: "openai/*" }],
  models: ["*", "openai/*", "openai/gpt-*", "openai/gpt-4o-mini", "openai/unpriced", "free/*"].map(model), off: ["openai/off"],
  prices: [priced("openai/*", "1000000", 1n), priced("openai/gpt-*", "3000000", 2n), priced("openai/gpt-4o-mini", "150000", 3n), priced("*", "9000000", 4n)],
  groups: [{ id: "g", name: "default", ppm: 1_000_000, limits: {} }, { id: "v", name: "vip", ppm: 500_000, limits: {} }, { id: "l", name: "line", ppm: 1_000_000, limits: {}, auto: ["vip", "default"] }],
  groupPrices: [], userPrices: [],
  channels: [channel("c1"), channel("c2", { priority: 5 }), channel("c3", { status: "down" })], channelKeys: [],
  channelModels: [serves("c1", "openai/*", "*"), serves("c2", "openai/*", "azure/*"), serves("c1", "openai/gpt-*", "gpt-*"), serves("c1", "openai/gpt-4o-mini", "mini"), serves("c1", "openai/unpriced", "x"), serves("c3", "*", "*"), serves("c1", "free/*", "*")],
  channelGroups: [{ channel_id: "c1", group_id: "g" }, { channel_id: "c2", group_id: "g" }, { channel_id: "c3", group_id: "v" }],
  costs: [],
};
const build = (over: Partial<SnapshotRows> = {}) => buildSnapshot({ ...ROWS, ...over }, () => "plain", () => 1);
const caller = (over: Partial<Caller> = {}) => ({ groupId: "g", ...over }) as Caller;

test("exact names and aliases win, then the longest beginning", () => {
  const snapshot = build();
  const found = (name: string) => { const model = findModel(snapshot, name); return model && [model.name, soldModel(model).name, model.wildcard?.rest]; };
  expect(found("openai/gpt-4o-mini")).toEqual(["openai/gpt-4o-mini", "openai/gpt-4o-mini", undefined]);
  expect(found("openai/mini")).toEqual(["openai/gpt-4o-mini", "openai/gpt-4o-mini", undefined]);
  expect(found("openai/gpt-9")).toEqual(["openai/gpt-9", "openai/gpt-*", "9"]);
  expect(found("models/openai/o3  ")).toEqual(["openai/o3", "openai/*", "o3"]);
  expect(found("mistral/large")).toEqual(["mistral/large", "*", "mistral/large"]);
  expect([found("openai/*"), found("*"), found("openai/"), found(`openai/x${" ".repeat(300)}`)]).toEqual([undefined, undefined, undefined, undefined]);
});

test("what the operator does not sell under its name is not sold by way of a wildcard either", () => {
  const snapshot = build();
  expect(["openai/off", "openai/old", "openai/unpriced"].map((name) => findModel(snapshot, name))).toEqual([undefined, undefined, undefined]);
  // No alias stands for a wildcard: it is a name as any other; and without a price a wildcard is nothing.
  expect(findModel(snapshot, "openai/all")?.wildcard?.rest).toBe("all");
  expect(findModel(build({ models: ROWS.models.filter(({ slug }) => slug !== "*") }), "free/x")).toBeUndefined();
  // Nor is what stands below it sold by a shorter one.
  expect([findModel(snapshot, "free/x"), findModel(build({ off: ["mistral/*"] }), "mistral/x"), findModel(snapshot, "mistral/x")?.wildcard?.of.name]).toEqual([undefined, undefined, "*"]);
});

test("a shop without wildcards has nothing of them, one with some lists none", () => {
  const without = build({ models: ROWS.models.filter(({ slug }) => !slug.endsWith("*")) });
  expect("wildcards" in without).toBe(false);
  expect(findModel(without, "openai/gpt-9")).toBeUndefined();
  const snapshot = build();
  expect([...snapshot.models.keys()]).toEqual(["openai/gpt-4o-mini"]);
  expect(["g", "v", "l"].map((group) => snapshot.modelsOf(group).map(({ name }) => name))).toEqual([["openai/gpt-4o-mini"], [], ["openai/gpt-4o-mini"]]);
});

test("each channel asks for the rest in its own way, and remembers all names as one", () => {
  const snapshot = build();
  const tiers = tiersFor(snapshot, "g", findModel(snapshot, "openai/o3")!);
  expect(tiers.map(({ priority, routes }) => [priority, routes.map(({ channel: { id }, upstreamModel, countsAs }) => [id, upstreamModel, countsAs])])).toEqual([
    [5, [["c2", "azure/o3", "azure/*"]]], [0, [["c1", "o3", "*"]]],
  ]);
});

test("the price is the wildcard's in each group, the cost its own, or the one that is stated for the vendor's model", () => {
  const cost = { id: 9n, channel_id: "c1", upstream_model: "o3", effective_from: at(0), doc: { items: { input: "7", output: "7" } } };
  const snapshot = build({ costs: [cost, { ...cost, id: 10n, upstream_model: "*", doc: { items: { input: "11", output: "11" } } }] });
  const named = (name: string) => findModel(snapshot, name)!;
  const input = (name: string, group: string) => snapshot.price(named(name), group, "u", 1)?.card(0, 1).prices.input;
  expect([input("openai/o3", "g"), input("openai/o3", "v"), input("openai/gpt-9", "g"), input("openai/o3", "l")]).toEqual([1_000_000n, 500_000n, 3_000_000n, 1_000_000n]);
  const costOf = (name: string, id: string) => snapshot.cost(tiersFor(snapshot, "g", named(name)).flatMap(({ routes }) => routes).find(({ channel }) => channel.id === id)!, named(name), 1)?.card(0, 1).prices.input;
  expect([costOf("openai/o3", "c1"), costOf("openai/o4", "c1"), costOf("openai/o3", "c2")]).toEqual([7n, 11n, 500_000n]);
});

test("who is not offered the wildcard, or not allowed the name, is told as for any model", () => {
  const snapshot = build();
  const resolve = (name: string, over: Partial<Caller> = {}) => { try { return resolveModel(snapshot, caller(over), name, "chat").name; } catch (error) { return (error as { code: string }).code; } };
  expect(resolve("openai/o3")).toBe("openai/o3");
  expect(resolve("openai/o3", { groupId: "v" })).toBe("model_not_found");
  // Its only channel is out of service: it is offered all the same.
  expect([resolve("mistral/large", { groupId: "v" }), resolve("mistral/large")]).toEqual(["mistral/large", "model_not_found"]);
  expect(resolve("openai/o3", { groupId: "l" })).toBe("openai/o3");
  const allowed = (...models: string[]) => resolve("openai/o3", { models });
  expect([allowed("openai/*"), allowed("openai/o3"), allowed("openai/o*"), allowed("*")]).toEqual(Array(4).fill("openai/o3"));
  expect([allowed("openai/o4"), allowed("openai/gpt-*"), allowed("o3"), allowed()]).toEqual(Array(4).fill("model_not_allowed"));
  expect(keyAllows(caller({ models: ["openai/*"] }), { ...findModel(snapshot, "openai/gpt-4o-mini")!, name: "gpt-4o", vendor: "openai" })).toBe(true);
});

test("a suffix that sorts is none of the name", () => {
  const snapshot = build({ settings: [{ key: "relay.sort_suffixes", value: true }] });
  expect([findModel(snapshot, "openai/o3:floor")?.wildcard?.rest, findModel(snapshot, "openai/gpt-4o-mini:nitro")?.name, findModel(snapshot, "openai/o3:free")?.wildcard?.rest]).toEqual(["o3", "openai/gpt-4o-mini", "o3:free"]);
  expect(findModel(build(), "openai/o3:floor")?.wildcard?.rest).toBe("o3:floor");
});
