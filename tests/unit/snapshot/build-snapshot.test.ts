import { expect, test, vi } from "vitest";
import { buildSnapshot } from "#snapshot/build-snapshot.ts";
import type { SnapshotRows } from "#snapshot/snapshot-rows.ts";

const at = (ms: number): Date => new Date(ms);
const channel = (id: string, over: Partial<SnapshotRows["channels"][number]> = {}): SnapshotRows["channels"][number] => ({
  id, number: Number(id.slice(1)), name: id, provider: "openai", base_url: null, protocol: null, priority: 0, weight: 1, key_mode: "round_robin",
  cost_ppm: 500_000, limits: {}, timeouts: { idle_ms: 5 }, settings: {}, proxy_sealed: null, status: "active", paused_until: null, ...over,
});
const model = (slug: string): SnapshotRows["models"][number] =>
  ({ id: `id-${slug}`, slug, vendor: null, context_tokens: null, max_output_tokens: null, endpoints: [], created_at: at(0), limits: {}, list_price: null });
const doc = (input: string): object => ({ items: { input, output: "2000000" } });

const rows = (over: Partial<SnapshotRows> = {}): SnapshotRows => ({
  rev: 7n, settings: [], aliases: [{ alias: "nick", slug: "a" }, { alias: "lost", slug: "unpriced" }],
  models: [model("a"), model("b"), model("unpriced")],
  prices: [
    { id: 1n, model_id: "id-a", effective_from: at(1_000), doc: doc("1000000") },
    { id: 2n, model_id: "id-a", effective_from: at(5_000), doc: doc("3000000") },
    { id: 3n, model_id: "id-b", effective_from: at(9_000), doc: doc("1000000") },
  ],
  groups: [{ id: "g", name: "default", ppm: 1_000_000, limits: {} }, { id: "v", name: "vip", ppm: 800_000, limits: {} }],
  groupPrices: [], userPrices: [],
  channels: [channel("c1", { priority: 1 }), channel("c2", { priority: 5 }), channel("c3", { priority: 5, status: "down" }), channel("c4", { status: "disabled" })],
  channelKeys: [{ id: "k1", channel_id: "c1", sealed: Buffer.from("s"), weight: 1, limits: {}, status: "active" }],
  channelModels: ["c1", "c2", "c3", "c4"].flatMap((id) => [
    { channel_id: id, public_name: "a", upstream_name: "up-a" }, { channel_id: id, public_name: "b", upstream_name: "b" }, { channel_id: id, public_name: "unpriced", upstream_name: "x" },
  ]),
  channelGroups: ["c1", "c2", "c3", "c4"].map((channel_id) => ({ channel_id, group_id: "g" })),
  costs: [], ...over,
});
const build = (over: Partial<SnapshotRows> = {}, open = () => "plain", now = 2_000) => buildSnapshot(rows(over), open, () => now);

test("tiers fall from the highest priority, active channels only", () => {
  const tiers = build().routes.get("g\0a")!;
  expect(tiers.map(({ priority, routes }) => [priority, routes.map(({ channel: { id }, upstreamModel }) => [id, upstreamModel])])).toEqual([
    [5, [["c2", "up-a"]]], [1, [["c1", "up-a"]]],
  ]);
});

test("a model without a price is neither sold nor reachable by alias", () => {
  const snapshot = build();
  expect([...snapshot.models.keys()]).toEqual(["a", "b"]);
  expect([...snapshot.aliases]).toEqual([["nick", "a"]]);
  expect(snapshot.routes.has("g\0unpriced")).toBe(false);
});

test("what is known of a model's abilities comes along, and nothing stands for nothing", () => {
  const facts = { input: ["text", "pdf"], output: [], can: ["tools"], released: "2025", description: "Long" };
  const { models } = build({ models: [{ ...model("a"), facts }, { ...model("b"), facts: {} }] });
  expect(models.get("a")!.abilities).toEqual({ input: ["text", "pdf"], output: [], can: ["tools"] });
  expect(models.get("b")).not.toHaveProperty("abilities");
});

test("a model whose first price is still to come is not listed until then", () => {
  expect(build().modelsOf("g").map(({ name }) => name)).toEqual(["a"]);
  expect(build({}, undefined, 9_000).modelsOf("g").map(({ name }) => name)).toEqual(["a", "b"]);
  expect(build().modelsOf("v")).toEqual([]);
});

test("a model whose channels are all down stays listed and has no route", () => {
  const snapshot = build({ channels: [channel("c3", { status: "down" })] });
  expect(snapshot.modelsOf("g").map(({ name }) => name)).toEqual(["a"]);
  expect(snapshot.routes.get("g\0a")).toBeUndefined();
});

test("how long a group lets requests wait is no limit to be counted against", () => {
  const groups = rows().groups.map((row) => ({ ...row, limits: row.id === "v" ? { rpm: 5, queue_ms: 2_000 } : { queue_ms: 0 } }));
  const { groups: built } = build({ groups });
  expect([built.get("v"), built.get("g")]).toEqual([expect.objectContaining({ limits: { rpm: 5 }, queueMs: 2_000 }), { id: "g", name: "default", ppm: 1_000_000, limits: {} }]);
});

test("the price in force goes by the instant of admission", () => {
  const snapshot = build();
  const a = snapshot.models.get("a")!;
  const input = (group: string, atMs: number) => snapshot.price(a, group, "u", atMs)?.card(0, atMs).prices.input;
  expect(input("g", 999)).toBeUndefined();
  expect(input("g", 4_999)).toBe(1_000_000n);
  expect(input("g", 5_000)).toBe(3_000_000n);
  expect(input("v", 5_000)).toBe(2_400_000n);
  expect(snapshot.price(a, "g", "u", 5_000)).toBe(snapshot.price(a, "g", "u", 6_000));
});

test("a group's own factor replaces the group's, its own document replaces the list, a user's factor multiplies", () => {
  const snapshot = build({
    groupPrices: [{ group_id: "v", model_id: "id-a", ppm: 500_000, doc: null }, { group_id: "g", model_id: "id-a", ppm: null, doc: { items: { input: "7" } } }],
    userPrices: [{ user_id: "u2", model_id: "id-a", ppm: 100_000, doc: null }],
  });
  const a = snapshot.models.get("a")!;
  const prices = (group: string, user: string) => snapshot.price(a, group, user, 2_000)!.card(0, 2_000).prices;
  expect(prices("v", "u1").input).toBe(500_000n);
  expect(prices("v", "u2").input).toBe(50_000n);
  expect(prices("g", "u1")).toMatchObject({ input: 7n, output: 2_000_000n });
});

test("cost: the channel's own version, else its factor on the list price", () => {
  const own = { id: 9n, channel_id: "c2", upstream_model: "up-a", effective_from: at(0), doc: doc("11") };
  const snapshot = build({ costs: [own] });
  const a = snapshot.models.get("a")!;
  const cost = (id: string) => snapshot.cost({ channel: snapshot.channels.get(id)!, weight: 1, upstreamModel: "up-a" }, a, 2_000)?.card(0, 2_000).prices.input;
  expect(cost("c2")).toBe(11n);
  expect(cost("c1")).toBe(500_000n);
});

test("an upstream key is opened at first use, once, and shown nowhere", () => {
  const open = vi.fn(() => "sk-upstream-secret");
  const key = build({}, open).channels.get("c1")!.keys[0]!;
  expect(open).not.toHaveBeenCalled();
  expect(JSON.stringify(key)).not.toContain("upstream-secret");
  expect([key.secret(), key.secret()]).toEqual(["sk-upstream-secret", "sk-upstream-secret"]);
  expect(open).toHaveBeenCalledExactlyOnceWith(Buffer.from("s"), "channel_keys|sealed|k1|upstream");
});
