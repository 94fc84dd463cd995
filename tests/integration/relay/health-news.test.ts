import { afterEach, expect, test } from "vitest";
import { createHealthWire, type HealthNews, type HealthWire } from "#channels/index.ts";
import { createListener, notify } from "#platform/db/listen.ts";
import { createLog } from "#platform/log.ts";
import { createTestDatabase } from "../../support/database.ts";
import { openShop, channelKey, until, type Shop } from "./shop.ts";
import { completion, failure, startVendor } from "./vendor.ts";

/** What nodes tell each other of channels. */

const closing: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

const log = createLog({ level: "silent", format: "json" });

/** Two nodes' wires over one real database. */
async function openWires(): Promise<Readonly<{ wires: readonly [HealthWire, HealthWire]; say: (payload: string) => Promise<void> }>> {
  const database = await createTestDatabase();
  const wire = async (): Promise<HealthWire> => {
    const listener = await createListener(database.url, { log, onReconnect: () => undefined });
    closing.push(() => listener.close());
    const made = createHealthWire({ db: database.pool, listener, log });
    listener.on("health", () => undefined);
    await listener.ready();
    return made;
  };
  closing.push(() => database.drop());
  return { wires: [await wire(), await wire()], say: (payload) => notify(database.pool, "health", payload) };
}

test("what one tells the other hears, and nobody hears himself or what is no news", async () => {
  const { wires: [one, other], say } = await openWires();
  const heard: [string, HealthNews][] = [];
  one.listen((news) => heard.push(["one", news]));
  other.listen((news) => heard.push(["other", news]));
  const open = { state: "open", channel: "c0", protocol: "openai-chat", model: "up-model", until: 5 } as const;
  one.tell(open);
  for (const nothing of ["", "no json", "[]", "{\"state\":\"open\"}", "{\"state\":\"unheard of\",\"channel\":\"c0\"}"]) await say(nothing);
  one.tell({ ...open, model: "x".repeat(9_000) });
  other.tell({ state: "open", channel: "c1", protocol: "openai-chat", until: 6 });
  await say(JSON.stringify({ channel: "c2", key: "k2", state: "disabled" }));
  await until(() => heard.length === 4);
  expect(new Set(heard)).toEqual(new Set<[string, HealthNews]>([
    ["one", { state: "open", channel: "c1", protocol: "openai-chat", until: 6 }], ["one", { channel: "c2", key: "k2", state: "disabled" }],
    ["other", open], ["other", { channel: "c2", key: "k2", state: "disabled" }],
  ]));
});

test("a node that hears of another's open circuit opens its own after half as many failures; one that is alone tells nobody", async () => {
  const { wires } = await openWires();
  const heard: HealthNews[] = [];
  wires[1].listen((news) => heard.push(news));
  const vendors = await Promise.all([startVendor((call) => failure(call, 500)), startVendor((call) => completion(call))]);
  const open = async (healthWire: HealthWire, nodes: number): Promise<Shop> => {
    const shop = await openShop({ channels: vendors.map(({ url }, i) => ({ baseUrl: url, priority: 1 - i })), healthWire, nodes: () => nodes });
    closing.push(shop.close);
    return shop;
  };
  closing.push(...vendors.map(({ close }) => close));
  /** How often the first vendor is asked until it is left alone. */
  const triesOf = async (shop: Shop): Promise<number> => {
    const before = vendors[0]!.calls.length;
    for (let i = 0; i < 8; i++) expect((await shop.chat()).status).toBe(200);
    return vendors[0]!.calls.length - before;
  };
  const [first, second] = [await open(wires[0], 2), await open(wires[1], 2)];
  expect(await triesOf(first)).toBe(5);
  await until(() => heard.length === 1);
  expect(heard[0]).toMatchObject({ state: "open", channel: "c0", protocol: "openai-chat", model: "up-model" });
  expect((heard[0] as { until: number }).until).toBeGreaterThan(Date.now());
  expect(await triesOf(second)).toBe(3);

  const alone = await open(wires[0], 1);
  expect(await triesOf(alone)).toBe(5);
  expect(heard.filter(({ state }) => state === "open")).toHaveLength(1);
});

test("a key that another node's vendor refused is left alone at once, until a snapshot knows better", async () => {
  const vendor = await startVendor((call) => completion(call));
  const { wires, say } = await openWires();
  const shop = await openShop({ channels: [{ baseUrl: vendor.url, keys: [channelKey("dead"), channelKey("live")] }], healthWire: wires[0], nodes: () => 2 });
  closing.push(vendor.close, shop.close);
  const heard: HealthNews[] = [];
  wires[0].listen((news) => heard.push(news)); // after the relay has heard it
  await say(JSON.stringify({ channel: "c0", key: "dead", state: "disabled" }));
  await say(JSON.stringify({ channel: "of another shop", key: "live", state: "disabled" }));
  await until(() => heard.length === 2);
  for (let i = 0; i < 6; i++) expect((await shop.chat()).status).toBe(200);
  expect(new Set(vendor.calls.map(({ headers }) => headers.authorization))).toEqual(new Set(["Bearer vendor-secret-live"]));
});
