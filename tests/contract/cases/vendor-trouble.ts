import { expect } from "vitest";
import { chargeOf } from "../../support/shop-money.ts";
import { PRICE } from "../../support/shop-store.ts";
import { failure } from "../../support/vendor-scripts.ts";
import { contentOf, events, type Json } from "../client.ts";
import { BROKEN_STREAMS, TROUBLES } from "../contract-store.ts";
import { chargeRow, expectError, expectFree, expectNothingLeaked, type Case } from "../mount.ts";

const SERVER_FAULT = [500, 502, 503, 504];

/** What the customer sees of a lone vendor's trouble. */
const SEEN: Readonly<Record<keyof typeof TROUBLES, readonly number[]>> = {
  400: [400], 401: SERVER_FAULT, 402: SERVER_FAULT, 403: SERVER_FAULT, 404: [404, ...SERVER_FAULT], 422: [422], 429: [429], 500: SERVER_FAULT, 503: SERVER_FAULT, 529: SERVER_FAULT,
  html: SERVER_FAULT, garbage: SERVER_FAULT, inside: SERVER_FAULT, refused: SERVER_FAULT, reset: SERVER_FAULT,
};

/** Troubles that are the customer's own fault are told, not tried elsewhere. */
const FINAL = new Set(["400", "422"]);

const troubles = Object.keys(TROUBLES) as unknown as (keyof typeof TROUBLES)[];

const inBandError = (text: string): Json | undefined =>
  events(text).find((event): event is Json => event !== "[DONE]" && event.error !== undefined && event.error !== null);

/** What happens when the vendor fails, breaks or lies. */
export const vendorTroubleCases: readonly Case[] = [
  ...troubles.map((trouble): Case => [`a lone vendor's ${trouble} is told as ${SEEN[trouble].join(" or ")} and free`, async (mount) => {
    for (const stream of trouble === "garbage" ? [false] : [false, true]) {
      const reply = await mount.chat({ model: stream ? `lone-stream-${trouble}` : `lone-${trouble}`, stream });
      expectError(reply, SEEN[trouble]);
      if (reply.status === 429 || reply.status === 503) expect(Number(reply.headers["retry-after"])).toBeGreaterThanOrEqual(1);
      await expectFree(mount, reply.id);
    }
  }]),
  ...troubles.filter((trouble) => !FINAL.has(String(trouble))).map((trouble): Case => [`a ${trouble} of one vendor is not seen when another serves`, async (mount) => {
    for (const stream of trouble === "garbage" ? [false] : [false, true]) {
      const reply = await mount.chat({ model: `pair-${trouble}`, stream });
      expect(reply.status, reply.text.slice(0, 200)).toBe(200);
      expectNothingLeaked(reply);
      const row = await chargeRow(mount, reply.id);
      expect([row.outcome, row.charge_nano]).toEqual(["ok", chargeOf({ input: 10, output: 5 }, PRICE)]);
    }
  }]),
  ["a stream that ends before its first word is taken up by the next vendor", async (mount) => {
    const reply = await mount.chat({ model: "pair-early", stream: true });
    expect(contentOf(reply.text)).toBe("word word word word word");
    expect(inBandError(reply.text)).toBeUndefined();
    expect((await chargeRow(mount, reply.id)).charge_nano).toBe(chargeOf({ input: 10, output: 5 }, PRICE));
  }],
  ["an empty reply is asked for elsewhere", async (mount) => {
    const reply = await mount.chat({ model: "pair-empty" });
    expect(reply.json).toMatchObject({ choices: [{ message: { content: "word word word word word" } }] });
  }],
  ...(["cut", "torn", "stall"] as const).map((fate): Case => [`a stream that breaks by ${fate} ends with an error inside and costs what was delivered`, async (mount) => {
    expect(BROKEN_STREAMS[fate]).toContain("after=6");
    const reply = await mount.chat({ model: `broken-${fate}`, stream: true, stream_options: { include_usage: true } });
    expect(reply.status).toBe(200);
    expect(contentOf(reply.text)).toBe("word word word word word");
    expect(inBandError(reply.text)).toMatchObject({ error: { message: expect.any(String), code: expect.any(String) } });
    expect(events(reply.text).at(-1)).toBe("[DONE]");
    expect(reply.text).not.toContain('"finish_reason":"stop"');
    expectNothingLeaked(reply);
    const row = await chargeRow(mount, reply.id);
    expect(row.usage_source).toBe("estimated");
    expect(["upstream_error", "upstream_abort"]).toContain(row.outcome);
    expect([row.u_output >= 1n, row.u_output <= 10n, row.u_input >= 1n, row.u_input <= 40n]).toEqual([true, true, true, true]);
    expect(row.charge_nano).toBe(chargeOf({ input: Number(row.u_input), output: Number(row.u_output) }, PRICE));
  }]),
  ["a vendor that says nothing is 504 in its time and free", async (mount) => {
    for (const stream of [true, false]) {
      const started = performance.now();
      const reply = await mount.chat({ model: "silent", stream });
      expectError(reply, [504, 503], ["upstream_timeout", "no_available_channel"]);
      expect(performance.now() - started).toBeLessThan(15_000);
      await expectFree(mount, reply.id);
    }
  }],
  ["usage that lies never credits anybody and never costs the absurd", async (mount) => {
    const upTo = chargeOf({ input: 200, output: 200 }, PRICE);
    for (const lie of ["none", "zero", "negative", "huge", "cached", "text"]) {
      for (const stream of [false, true]) {
        const reply = await mount.chat({ model: `usage-${lie}`, stream }, { as: "liar" });
        expect([lie, reply.status]).toEqual([lie, 200]);
        const row = await chargeRow(mount, reply.id);
        expect(row.charge_nano >= 0n, lie).toBe(true);
        if (lie === "cached") expect([row.u_input, row.u_cache_read]).toEqual([0n, 1_000n]);
        else expect(row.charge_nano <= upTo, `${lie} charged ${row.charge_nano}`).toBe(true);
        if (lie === "none" || lie === "text") expect(row.usage_source, lie).toBe("estimated");
        if (lie === "zero") expect(row.charge_nano).toBe(0n);
        for (const bucket of [row.u_input, row.u_cache_read, row.u_output, row.u_reasoning]) expect(bucket >= 0n).toBe(true);
      }
    }
  }],
  ["a vendor's words about itself are not passed on", async (mount) => {
    mount.vendor.once("chat-up", failure(400, "Incorrect API key provided: sk-live-abc for organization org-secret at https://internal.vendor.example/v1", "weird"));
    const reply = await mount.chat({});
    expectError(reply, [400, 502, 503]);
    expect(reply.text).not.toMatch(/sk-live|org-secret|internal\.vendor/);
  }],
];
