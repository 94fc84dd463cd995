import { afterAll, beforeAll, expect, test } from "vitest";
import { KEY, openShop, type Shop } from "./shop.ts";
import { completion, startVendor, type Vendor } from "./vendor.ts";

let vendor: Vendor, one: Shop, two: Shop, end: Shop;

/** Two shops whose channels lead to each other, and one that leads to a vendor. */
beforeAll(async () => {
  vendor = await startVendor((call) => completion(call));
  const secret = () => KEY;
  const channel = (baseUrl: string) => ({ baseUrl, provider: "modelmart", keys: [{ id: "k", active: true, weight: 1, limits: {}, secret }] });
  const urls = { two: "http://127.0.0.1:1" };
  one = await openShop({ channels: [channel("http://127.0.0.1:1")], upstreamModel: "gpt-test", shopId: "one", alter: (made) => redirected(made, () => urls.two) });
  two = await openShop({ channels: [channel(one.url)], upstreamModel: "gpt-test", shopId: "two" });
  urls.two = two.url;
  end = await openShop({ channels: [channel(vendor.url)], upstreamModel: "gpt-test", shopId: "end" });
});
afterAll(() => Promise.all([one.close(), two.close(), end.close(), vendor.close()]));

/** The other shop's address is known only once it is open. */
function redirected<S extends Readonly<{ routes: ReadonlyMap<string, readonly Readonly<{ routes: readonly Readonly<{ channel: object }>[] }>[]> }>>(made: S, url: () => string): S {
  for (const tiers of made.routes.values()) {
    for (const { routes } of tiers) for (const { channel } of routes) Object.defineProperty(channel, "baseUrl", { get: url });
  }
  return made;
}

test("two shops that lead to each other end it at once, and say why", async () => {
  const response = await one.chat();
  expect([response.status, (await response.json()).error.code]).toEqual([502, "loop_detected"]);
  expect([...one.billing.records, ...two.billing.records].map(({ chargeNano }) => chargeNano)).toEqual([0n, 0n]);
});

test("a call to another shop says through how many it came, and where", async () => {
  await end.chat();
  expect(vendor.calls[0]!.headers).toMatchObject({ "x-modelmart-hops": "1", "x-modelmart-via": "end" });
  await end.chat({}, { headers: { "x-modelmart-hops": "2", "x-modelmart-via": "a,b" } });
  expect(vendor.calls[1]!.headers).toMatchObject({ "x-modelmart-hops": "3", "x-modelmart-via": "a,b,end" });
});

test.each([[{ "x-modelmart-hops": "3" }], [{ "x-modelmart-hops": "1", "x-modelmart-via": "a, end" }]])("%o has come far enough", async (headers) => {
  const before = vendor.calls.length;
  const response = await end.chat({}, { headers });
  expect([response.status, (await response.json()).error.code]).toEqual([502, "loop_detected"]);
  expect(response.headers.get("x-should-retry")).toBe("false");
  expect(vendor.calls.length).toBe(before);
});

test("a vendor that is no shop hears nothing of it", async () => {
  const plain = await openShop({ channels: [{ baseUrl: vendor.url }], shopId: "plain" });
  await plain.chat({}, { headers: { "x-modelmart-hops": "1" } });
  expect(Object.keys(vendor.calls.at(-1)!.headers).filter((name) => name.startsWith("x-modelmart"))).toEqual([]);
  await plain.close();
});
