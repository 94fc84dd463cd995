import net from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import type { Snapshot } from "#snapshot/snapshot.ts";
import { refusalOf, TALKING, talkTo } from "./realtime-client.ts";
import { startRealtimeVendor, type RealtimeVendor } from "./realtime-vendor.ts";
import { channelKey, KEY, openShop, until, type Shop, type ShopOptions } from "./shop.ts";
import { openTaskWorld, type TaskWorld } from "./task-shop.ts";

/** A group whose members' requests wait that long. */
const queueing = (queueMs: number) => (snapshot: Snapshot): Snapshot =>
  ({ ...snapshot, groups: new Map([...snapshot.groups].map(([id, group]) => [id, queueMs > 0 ? { ...group, queueMs } : group])) });
const PATH = "/v1/realtime?model=gpt-test";

describe("conversations", () => {
  let vendor: RealtimeVendor, shop: Shop;
  beforeEach(async () => {
    vendor = await startRealtimeVendor();
    vendor.on("session.update", (event, say) => say({ type: "session.updated", session: event.session }));
  });
  afterEach(async () => {
    await shop.close();
    await vendor.close();
  });
  const open = async (queueMs: number, over: Partial<ShopOptions> = {}): Promise<void> =>
    void (shop = await openShop({ channels: [{ baseUrl: vendor.url, limits: { concurrency: 1 } }], price: TALKING, alter: queueing(queueMs), ...over }));

  test("one waits for the channel's place, is held then, and another is refused when its time is over", async () => {
    await open(1_500);
    const first = await talkTo(shop);
    await first.next("session.created");
    const second = talkTo(shop);
    await until(() => shop.relay.running === 2);
    await sleep(150);
    expect(vendor.calls).toHaveLength(1);
    first.socket.close();
    const { next, socket } = await second;
    await next("session.created");
    expect([vendor.calls.length, shop.billing.open.size]).toEqual([2, 1]);
    const begun = performance.now();
    expect(await refusalOf(shop, PATH)).toMatchObject({ status: 429, headers: { "retry-after": "1" }, error: { code: "upstream_rate_limited" } });
    expect(performance.now() - begun).toBeGreaterThan(1_490);
    socket.close();
    await until(() => shop.relay.running === 0);
    expect([vendor.calls.length, shop.billing.asks.length, shop.billing.open.size]).toEqual([2, 2, 0]);
  });

  test("where nobody waits it is refused at once", async () => {
    await open(0);
    const first = await talkTo(shop);
    expect(await refusalOf(shop, PATH)).toMatchObject({ status: 429, headers: { "retry-after": "1" }, error: { code: "upstream_rate_limited" } });
    first.socket.close();
  });

  test("clients that leave give up their place in the line, before they are agreed to and after", async () => {
    await open(20_000);
    const first = await talkTo(shop);
    await first.next("session.created");
    const leaver = net.connect(Number(new URL(shop.url).port), "127.0.0.1");
    leaver.write(`GET ${PATH} HTTP/1.1\r\nhost: shop\r\nauthorization: Bearer ${KEY}\r\nconnection: Upgrade\r\nupgrade: websocket\r\nsec-websocket-version: 13\r\nsec-websocket-key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n`);
    await until(() => shop.relay.running === 2);
    leaver.destroy();
    await until(() => shop.relay.running === 1);
    const writer = await talkTo(shop, "/v1/realtime?intent=transcription");
    writer.say({ type: "session.update", session: { type: "transcription", audio: { input: { transcription: { model: "gpt-test" } } } } });
    await sleep(150);
    expect(shop.relay.running).toBe(2);
    writer.socket.close();
    await until(() => shop.relay.running === 1);
    first.socket.close();
    await until(() => shop.relay.running === 0);
    expect([vendor.calls.length, shop.billing.asks.length]).toEqual([1, 1]);
  });

  test("one user holds at most half of a channel while others wait for it, by conversations too", async () => {
    const modest = "sk-mm-of-the-second-user-00000000000000000000000";
    await open(20_000, { channels: [{ baseUrl: vendor.url, limits: { concurrency: 2 } }], others: { [modest]: { userId: "user2", keyId: "key2", walletId: "wallet2" } } });
    const greedy = [await talkTo(shop), await talkTo(shop)];
    const more = talkTo(shop);
    await until(() => shop.relay.running === 3);
    const other = talkTo(shop, PATH, ["realtime", `openai-insecure-api-key.${modest}`]);
    await until(() => shop.relay.running === 4);
    greedy[0]!.socket.close();
    const got = await other;
    await got.next("session.created");
    expect([vendor.calls.length, shop.relay.running]).toEqual([3, 3]);
    // The last one in the line is nobody else's rival: it may have what is free.
    greedy[1]!.socket.close();
    await (await more).next("session.created");
    expect(vendor.calls).toHaveLength(4);
    got.socket.close();
    (await more).socket.close();
    await until(() => shop.relay.running === 0);
  });
});

describe("long work", () => {
  let world: TaskWorld;
  beforeAll(async () => { world = await openTaskWorld(); });
  afterAll(() => world.close());
  beforeEach(() => world.reset());
  const setUp = async (queueMs: number) => {
    const customer = await world.customer(5);
    const shop = await world.open(customer, await world.sell({ items: { video_ms: "100000000" } }), { alter: queueing(queueMs), channels: [{ keys: [channelKey(customer.keyId, { limits: { rpm: 2 } })] }] });
    const order = () => fetch(`${shop.url}/v1/videos`, { method: "POST", headers: { authorization: `Bearer ${KEY}`, "content-type": "application/json" }, body: JSON.stringify({ model: "gpt-test", prompt: "waves", seconds: "4" }) });
    return { customer, shop, order };
  };

  test("an order waits until its vendor has room, and nothing is set aside before", async () => {
    world.vendor.answer = () => ({ json: { id: `video_${world.vendor.calls.length}`, object: "video", status: "queued" } });
    const { customer, shop, order } = await setUp(20_000);
    expect((await order()).status).toBe(200);
    const second = order();
    await until(() => shop.relay.running === 1);
    await sleep(250);
    expect([world.vendor.calls.length, await world.states(customer)]).toEqual([1, ["submitted"]]);
    shop.skip(60_000);
    expect((await second).status).toBe(200);
    expect([world.vendor.calls.length, await world.states(customer)]).toEqual([2, ["submitted", "submitted"]]);
  });

  test("without a time to wait it is refused until the vendor has room", async () => {
    world.vendor.answer = () => ({ json: { id: "video_1", object: "video", status: "queued" } });
    const { customer, order } = await setUp(0);
    expect((await order()).status).toBe(200);
    const refused = await order();
    expect(refused.status).toBe(429);
    const wait = Number(refused.headers.get("retry-after"));
    expect(wait).toBeGreaterThan(50);
    expect(wait).toBeLessThanOrEqual(60);
    expect([await world.states(customer), world.vendor.calls.length]).toEqual([["submitted"], 1]);
  });
});
