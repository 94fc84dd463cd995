import OpenAI from "openai";
import { afterEach, expect, test } from "vitest";
import { KEY, openShop, priceOf } from "./shop.ts";
import type { Shop } from "./shop.ts";
import { json, startVendor } from "./vendor.ts";
import type { Script, Vendor, VendorCall } from "./vendor.ts";

/** Vendors that give a promise and not a picture: the client waits inside its one call. */

const closing: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

/** 0.04 USD a picture. */
const PER_IMAGE = priceOf({ image: "40000000000" });

async function setUp(provider: string, script: Script, upstreamModel = "flux"): Promise<Readonly<{ shop: Shop; vendor: Vendor; openai: OpenAI }>> {
  const vendor = await startVendor(script);
  closing.push(vendor.close);
  const shop = await openShop({ channels: [{ baseUrl: vendor.url.replace("/v1", provider === "fal" || provider === "grsai" ? "" : "/v1"), provider }], price: PER_IMAGE, upstreamModel });
  closing.push(shop.close);
  return { shop, vendor, openai: new OpenAI({ apiKey: KEY, baseURL: `${shop.url}/v1`, maxRetries: 0 }) };
}

const here = ({ headers }: VendorCall, path: string): string => `http://${headers.host}${path}`;
const draw = (openai: OpenAI) => openai.images.generate({ model: "gpt-test", prompt: "a cat", size: "1024x1024" });

test("Black Forest Labs is asked after at the address that it names", async () => {
  const { shop, vendor, openai } = await setUp("black-forest-labs", (call) => {
    if (call.path === "/v1/flux") json(call, 200, { id: "t1", polling_url: here(call, "/v1/eu/get_result?id=t1") });
    else json(call, 200, call.n < 3 ? { id: "t1", status: "Pending" } : { id: "t1", status: "Ready", result: { sample: "https://files.example/cat.png" } });
  });
  expect((await draw(openai)).data).toEqual([{ url: "https://files.example/cat.png" }]);
  expect(vendor.calls.map(({ path, headers }) => [path, headers["x-key"]])).toEqual([["/v1/flux", "vendor-secret-k0"], ["/v1/eu/get_result?id=t1", "vendor-secret-k0"], ["/v1/eu/get_result?id=t1", "vendor-secret-k0"]]);
  expect(vendor.calls[0]!.body).toEqual({ prompt: "a cat", width: 1024, height: 1024 });
  expect(shop.billing.records).toMatchObject([{ outcome: "ok", chargeNano: 40_000_000n }]);
});

test("a vendor's key is shown to nobody but the vendor", async () => {
  const stranger = await startVendor((call) => json(call, 200, { status: "Ready", result: { sample: "https://files.example/x.png" } }));
  closing.push(stranger.close);
  const { vendor, openai } = await setUp("black-forest-labs", (call) => {
    if (call.path === "/v1/flux") json(call, 200, { id: "t1", polling_url: `${stranger.url.replace("127.0.0.1", "localhost")}/steal` });
    else json(call, 200, { status: "Ready", result: { sample: "https://files.example/cat.png" } });
  });
  expect((await draw(openai)).data).toEqual([{ url: "https://files.example/cat.png" }]);
  expect(stranger.calls).toEqual([]);
  expect(vendor.calls.map(({ path }) => path)).toEqual(["/v1/flux", "/v1/get_result?id=t1"]);
});

test("a picture that is moderated away is a refusal of the prompt, and free", async () => {
  const { shop, openai } = await setUp("black-forest-labs", (call) => json(call, 200, call.path === "/v1/flux" ? { id: "t1" } : { id: "t1", status: "Request Moderated" }));
  await expect(draw(openai)).rejects.toMatchObject({ status: 400, code: "content_policy_violation" });
  expect(shop.billing.records).toMatchObject([{ outcome: "upstream_error", chargeNano: 0n }]);
});

test("fal's result is a call of its own", async () => {
  const { vendor, openai } = await setUp("fal", (call) => {
    if (call.path === "/fal-ai/flux/dev") json(call, 200, { request_id: "r1", status: "IN_QUEUE", status_url: here(call, "/fal-ai/flux/requests/r1/status"), response_url: here(call, "/fal-ai/flux/requests/r1") });
    else if (call.path.endsWith("/status")) json(call, call.n < 3 ? 202 : 200, { status: call.n < 3 ? "IN_PROGRESS" : "COMPLETED" });
    else json(call, 200, { images: [{ url: "https://files.example/1.png" }, { url: "https://files.example/2.png" }] });
  }, "fal-ai/flux/dev");
  const { data } = await openai.images.generate({ model: "gpt-test", prompt: "a cat", n: 2 });
  expect(data?.map(({ url }) => url)).toEqual(["https://files.example/1.png", "https://files.example/2.png"]);
  expect(vendor.calls.map(({ path }) => path)).toEqual(["/fal-ai/flux/dev", "/fal-ai/flux/requests/r1/status", "/fal-ai/flux/requests/r1/status", "/fal-ai/flux/requests/r1"]);
  expect(vendor.calls[0]!.headers.authorization).toBe("Key vendor-secret-k0");
});

test("Replicate's picture may be there at once, or fail later", async () => {
  const made = await setUp("replicate", (call) => json(call, 201, { id: "p1", status: "succeeded", error: null, output: ["https://files.example/cat.png"] }), "black-forest-labs/flux-schnell");
  expect((await draw(made.openai)).data).toEqual([{ url: "https://files.example/cat.png" }]);
  expect(made.vendor.calls.map(({ path, headers }) => [path, headers.prefer])).toEqual([["/v1/models/black-forest-labs/flux-schnell/predictions", "wait=60"]]);
  const failed = await setUp("replicate", (call) => json(call, 200, call.n === 1 ? { id: "p1", status: "starting", urls: { get: here(call, "/v1/predictions/p1") } } : { id: "p1", status: "failed", error: "NSFW content detected" }));
  await expect(draw(failed.openai)).rejects.toMatchObject({ status: 400, code: "content_policy_violation" });
});

test("GrsAI is asked for an id, then for the result", async () => {
  const { vendor, openai } = await setUp("grsai", (call) => json(call, 200, call.path.endsWith("/result")
    ? { code: 0, data: { id: "g1", status: call.n < 3 ? "running" : "succeeded", results: [{ url: "https://files.example/g.png" }] } } : { code: 0, msg: "success", data: { id: "g1" } }), "nano-banana-fast");
  expect((await draw(openai)).data).toEqual([{ url: "https://files.example/g.png" }]);
  expect(vendor.calls.map(({ path, body }) => [path, body.webHook ?? body.id])).toEqual([["/v1/draw/nano-banana", "-1"], ["/v1/draw/result", "g1"], ["/v1/draw/result", "g1"]]);
});
