import { afterAll, expect, test } from "vitest";
import type { Json } from "#relay/canonical/request.ts";
import type { Tokenizer } from "#relay/metering/tokenizer.ts";
import { seededRandom } from "../../support/random.ts";
import { garbled, spoilt } from "../../unit/relay/fuzz/spoil.ts";
import { KEY, openShop, until, type Shop } from "../relay/shop.ts";
import { startVendor } from "../relay/vendor.ts";
import { channelFor, streamsOf, UPSTREAMS, wholeOf, type Said, type Upstream } from "../sdk/words.ts";
import { SHAPES } from "./shapes.ts";

const ROUNDS = 40;
const SAID: Said = { thought: "Hm.", text: "Well then.", calls: [{ id: "call_a", name: "weather", arguments: { town: "Bern" } }] };
/** Addresses whose format is the vendor's own. */
const PASSES: Readonly<Partial<Record<Upstream, RegExp>>> = { chat: /chat/, responses: /responses/, messages: /messages/, gemini: /models/ };
/** Its queue is full: estimates must do. */
const BUSY: Tokenizer = { running: false, count: () => Promise.resolve(undefined), close: () => Promise.resolve() };
const TYPE: Readonly<Partial<Record<Upstream, string>>> = { converse: "application/vnd.amazon.eventstream", ollama: "application/x-ndjson" };
const vendor = await startVendor();
const origin = vendor.url.slice(0, -"/v1".length);
const shops: Shop[] = [];
afterAll(async () => {
  for (const shop of shops) await shop.close();
  await vendor.close();
});

/** An answer in the form of its address: JSON, or events of which none is cut. What passes is as the vendor has said it. */
function checkForm(passes: boolean, type: string, answer: string): void {
  if (passes) return;
  if (type.startsWith("application/json")) JSON.parse(answer);
  else for (const line of answer.split("\n")) if (line.startsWith("data: {")) JSON.parse(line.slice("data: ".length));
}

test.each(UPSTREAMS)("hostile clients and a hostile vendor of %s: every request is answered in form, paid once or not at all, and nothing stays held", async (upstream) => {
  const random = seededRandom(UPSTREAMS.indexOf(upstream) + 40);
  // A vendor that fails so often would be left alone: each round has a channel that nobody knows anything of.
  const stream = streamsOf(upstream, SAID), whole = Buffer.from(JSON.stringify(wholeOf(upstream, SAID)));
  vendor.script = ({ body, path, response }) => {
    const isStream = body.stream === true || /stream/i.test(path);
    const sent = random() < 0.6 ? garbled(isStream ? stream : whole, random) : isStream ? stream : whole;
    response.writeHead(random() < 0.9 ? 200 : 500, { "content-type": isStream ? (TYPE[upstream] ?? "text/event-stream") : "application/json" });
    if (random() < 0.1) response.write(sent, () => setImmediate(() => response.destroy()));
    else response.end(sent);
  };
  for (let round = 0; round < ROUNDS; round++) {
    const shape = SHAPES[round % SHAPES.length]!;
    const shop = await openShop({ channels: [channelFor(upstream, origin)], tokenizer: BUSY });
    shops.push(shop);
    const body = random() < 0.5 ? JSON.stringify(shape.body) : random() < 0.8 ? JSON.stringify(spoilt(spoilt(shape.body as Json, random), random)) : new Uint8Array(garbled(Buffer.from(JSON.stringify(shape.body)), random));
    const response = await fetch(`${shop.url}${shape.path}`, { method: "POST", headers: { authorization: `Bearer ${KEY}`, "content-type": "application/json", ...shape.headers }, body });
    checkForm(PASSES[upstream]?.test(shape.path) === true, response.headers.get("content-type") ?? "", await response.text());
    expect([response.status, shop.log.filter((line) => line.includes("internal_error"))]).toEqual([expect.any(Number), []]);
    expect(response.status).not.toBe(500);
    await until(() => shop.billing.open.size === 0 && shop.relay.running === 0);
    expect(shop.billing.records.length).toBeLessThanOrEqual(1);
    expect(shop.billing.records.every(({ chargeNano }) => chargeNano >= 0n)).toBe(true);
    await shops.pop()!.close();
  }
});
