import { expect } from "vitest";
import { uuidOf } from "../support/shop-store.ts";
import type { Shop } from "../support/shop.ts";
import { until } from "../support/until.ts";
import type { Vendor } from "../support/vendor.ts";
import { ask, type Ask, type Json, type Reply } from "./client.ts";

/** One way into the relay; all of them must behave alike. */
export type Mount = Readonly<{
  url: string;
  /** Behind every channel of the shop. */
  vendor: Vendor;
  /** The shop whose database it works on. */
  shop: Shop;
  call(path: string, options?: Ask): Promise<Reply>;
  chat(body: object, options?: Ask): Promise<Reply>;
}>;

/** A claim about every mount, and how to see whether it holds. */
export type Case = readonly [claim: string, run: (mount: Mount) => Promise<void>];

export function createMount(url: string, vendor: Vendor, shop: Shop): Mount {
  const call: Mount["call"] = (path, options) => ask(`${url}${path}`, options);
  return {
    url, vendor, shop, call,
    chat: (body, options) => call("/v1/chat/completions", { ...options, body: { model: "chat", messages: [{ role: "user", content: "hello" }], ...body } }),
  };
}

export type ChargeRow = Readonly<{
  outcome: string; usage_source: string; charge_nano: bigint; sum_pico: string; cost_pico: string; flags: number; stream: boolean; http_status: number;
  u_input: bigint; u_cache_read: bigint; u_cache_write_5m: bigint; u_cache_write_1h: bigint; u_output: bigint; u_reasoning: bigint;
  u_other: Json; settlement_id: string;
}>;

const chargeRows = (mount: Pick<Mount, "shop">, id: string): Promise<ChargeRow[]> =>
  mount.shop.sql<ChargeRow>("SELECT * FROM charges WHERE id = $1", [uuidOf(id)]);

/** The one charge of a request, waited for. */
export async function chargeRow(mount: Pick<Mount, "shop">, id: string): Promise<ChargeRow> {
  const rows = await until(`charge of ${id}`, async () => {
    const found = await chargeRows(mount, id);
    return found.length > 0 && found;
  });
  expect(rows).toHaveLength(1);
  return rows[0]!;
}

/** The request cost nothing: either no row came, or one over 0. */
export async function expectFree(mount: Mount, id: string): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve, 150)); // a batch of the settlement waits 20 ms
  for (const row of await chargeRows(mount, id)) expect(row.charge_nano).toBe(0n);
}

/** An error in OpenAI's form that tells nothing about the shop's inside. */
export function expectError(reply: Reply, status: number | readonly number[], code?: string | readonly string[]): void {
  expect([status].flat(), `status ${reply.status}: ${reply.text.slice(0, 300)}`).toContain(reply.status);
  expect(reply.headers["content-type"]).toContain("application/json");
  expect(reply.json).toMatchObject({ error: { message: expect.any(String), type: expect.any(String) } });
  const error = reply.json.error as { code: unknown };
  expect(reply.json.error).toHaveProperty("param");
  if (code !== undefined) expect([code].flat()).toContain(error.code);
  expect(reply.id).toMatch(/^req_[0-9A-HJKMNP-TV-Z]{26}$/);
  expectNothingLeaked(reply);
}

/** Names of this suite's channels, keys and addresses never reach a customer. */
export function expectNothingLeaked({ text, headers }: Reply): void {
  const all = `${text}\n${JSON.stringify(headers)}`;
  for (const secret of ["sk-upstream", "127.0.0.1", "channel-", "    at ", "node:internal"]) expect(all).not.toContain(secret);
}
