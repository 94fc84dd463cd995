import { randomBytes } from "node:crypto";
import http from "node:http";
import type { AddressInfo } from "node:net";
import { expect } from "vitest";
import { nano } from "#money/amount.ts";
import { createBilling } from "#money/create-billing.ts";
import { checkInvariants } from "#money/invariants.store.ts";
import { creditWallet, ensureWallet } from "#money/ledger.store.ts";
import { compilePrice, type CompiledPrice, type PriceDocument } from "#money/price.ts";
import { createClock } from "#platform/clock.ts";
import { createSealer } from "#platform/crypto/seal.ts";
import { createListener } from "#platform/db/listen.ts";
import { createPool } from "#platform/db/pool.ts";
import { withTransaction } from "#platform/db/tx.ts";
import { uuidv7 } from "#platform/ids.ts";
import { createLog } from "#platform/log.ts";
import { createOutbound } from "#platform/outbound/agent.ts";
import type { FetchContent } from "#platform/outbound/fetch-content.ts";
import { createAccessTokens, createHttpTransport, createTaskStore, pollTasks, type ReplyStore, type ResponseStore, type TaskStore } from "#relay/index.ts";
import type { Caller, Channel, Snapshot } from "#snapshot/snapshot.ts";
import { createTestDatabase, type TestDatabase } from "../../support/database.ts";
import { channelKey, openShop, type Shop, type ShopOptions } from "./shop.ts";

export type VendorCall = Readonly<{ method: string; path: string; headers: http.IncomingHttpHeaders; text: string; json: Record<string, unknown> }>;
/** Undefined: it is never answered. */
export type VendorAnswer = Readonly<{ status?: number; json?: unknown; bytes?: Buffer; headers?: http.OutgoingHttpHeaders }> | "hang" | "reset";

export type TaskVendor = { readonly url: string; readonly calls: VendorCall[]; answer: (call: VendorCall) => VendorAnswer; close(): Promise<void> };

/** A vendor of long work that does as it is told. */
export async function startTaskVendor(): Promise<TaskVendor> {
  const calls: VendorCall[] = [];
  const server = http.createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("end", () => {
      const text = Buffer.concat(chunks).toString("utf8");
      const call = { method: request.method!, path: request.url!, headers: request.headers, text, json: text.startsWith("{") ? (JSON.parse(text) as Record<string, unknown>) : {} };
      calls.push(call);
      const answer = vendor.answer(call);
      if (answer === "hang") return;
      if (answer === "reset") {
        request.socket.destroy();
        return;
      }
      const bytes = answer.bytes ?? Buffer.from(JSON.stringify(answer.json ?? {}));
      response.writeHead(answer.status ?? 200, { "content-type": answer.bytes ? "video/mp4" : "application/json", "content-length": bytes.length, ...answer.headers });
      response.end(bytes);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const vendor: TaskVendor = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, calls, answer: () => ({ status: 500 }),
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
  return vendor;
}

export type Customer = Readonly<{ userId: string; walletId: string; keyId: string }>;

export type TaskWorld = Readonly<{
  database: TestDatabase;
  store: TaskStore;
  vendor: TaskVendor;
  customer(usd: number): Promise<Customer>;
  sell(document: PriceDocument): Promise<Readonly<{ modelId: string; price: CompiledPrice }>>;
  /** A shop of this customer alone. */
  open(customer: Customer, sold: Readonly<{ modelId: string; price: CompiledPrice }>, over?: ShopOver): Promise<Shop>;
  /** One round, so long after now. */
  poll(aheadMs?: number): Promise<number>;
  wallet(customer: Customer): Promise<Readonly<{ paid: bigint; leased: bigint }>>;
  charges(customer: Customer): Promise<readonly Readonly<{ charge: bigint; outcome: string; cost: string }>[]>;
  states(customer: Customer): Promise<readonly string[]>;
  /** Ends what other cases have left under way, and forgets the vendor's calls. */
  reset(): Promise<void>;
  /** Every invariant of the money holds. */
  expectSound(): Promise<void>;
  close(): Promise<void>;
}>;

export type ShopOver = Readonly<{ provider?: string; model?: string; channels?: readonly Partial<Channel>[]; caller?: Partial<Caller>; fetchContent?: FetchContent; alter?: (snapshot: Snapshot) => Snapshot; settings?: ShopOptions["settings"]; responses?: ResponseStore; replies?: ReplyStore; contextTokens?: number }>;

/** A database, real money, and a vendor: what all cases of one file share. */
export async function openTaskWorld(): Promise<TaskWorld> {
  const database = await createTestDatabase();
  const log = createLog({ level: "warn", format: "json", destination: { write: () => true } });
  const pool = createPool(database.url, { name: "relay", max: 8 });
  const listener = await createListener(database.url, { log, onReconnect: () => undefined });
  const billing = await createBilling({ pool, listener, clock: createClock(), log, journalDir: undefined, settings: () => ({ overdraftNano: 0n, guardExact: false }) });
  const store = createTaskStore(pool, createSealer({ kek: randomBytes(32), kekId: "00000001" }));
  const vendor = await startTaskVendor();
  const outbound = createOutbound({ allowPrivate: true });
  const transport = createHttpTransport(outbound), accessTokens = createAccessTokens({ transport, clock: createClock() });
  const shops: Shop[] = [];
  const channelOf = new Map<string, Partial<Channel> & Readonly<{ baseUrl: string }>>();

  return {
    database, store, vendor,
    async customer(usd) {
      const userId = uuidv7();
      const walletId = await withTransaction(database.pool, (client) => ensureWallet(client, { type: "user", id: userId }));
      await withTransaction(database.pool, (client) => creditWallet(client, {
        walletId, bucket: "paid", amount: nano(BigInt(Math.round(usd * 1e9))), from: "equity:opening", kind: "opening", key: `test:${uuidv7()}` }));
      return { userId, walletId, keyId: uuidv7() };
    },
    async sell(document) {
      const modelId = uuidv7();
      await database.pool.query("INSERT INTO models (id, slug) VALUES ($1, $2)", [modelId, `model-${modelId}`]);
      const { rows: [row] } = await database.pool.query<{ id: bigint }>(
        "INSERT INTO price_versions (model_id, effective_from, doc) VALUES ($1, now() - interval '1 day', $2) RETURNING id", [modelId, JSON.stringify(document)]);
      return { modelId, price: compilePrice({ versionId: row!.id, document, multipliers: [] }) };
    },
    async open(customer, { modelId, price }, over = {}) {
      const channels = (over.channels ?? [{}]).map((channel) => ({
        id: uuidv7(), baseUrl: vendor.url, provider: over.provider ?? "openai-compatible", keys: [channelKey(uuidv7())], ...channel,
      }));
      for (const channel of channels) channelOf.set(channel.id, channel);
      const shop = await openShop({
        channels, price, billing, tasks: store, groupId: uuidv7(), model: { id: modelId, ...(over.model !== undefined && { name: over.model }), ...(over.contextTokens !== undefined && { contextTokens: over.contextTokens }) }, caller: { ...customer, ...over.caller }, logLevel: "warn", ...(over.fetchContent && { fetchContent: over.fetchContent }),
        ...(over.alter && { alter: over.alter }), ...(over.settings && { settings: over.settings }), ...(over.responses && { responses: over.responses }), ...(over.replies && { replies: over.replies }),
      });
      shops.push(shop);
      return shop;
    },
    poll: (aheadMs = 0) => pollTasks({
      store, transport, accessTokens, log, random: () => 0.5, clock: { now: () => Date.now() + aheadMs },
      channel: (id) => Promise.resolve({ timeouts: {}, keys: [], settings: {}, provider: "openai-compatible", ...channelOf.get(id) }),
    }),
    async wallet({ walletId }) {
      const { rows: [row] } = await database.pool.query<{ paid: bigint; leased: bigint }>(
        `SELECT w.paid_nano AS paid, coalesce((SELECT sum(amount_nano) FROM holds h WHERE h.wallet_id = w.id AND h.state = 'open'), 0)::bigint AS leased FROM wallets w WHERE id = $1`, [walletId]);
      return row!;
    },
    async charges({ walletId }) {
      return (await database.pool.query<{ charge: bigint; outcome: string; cost: string }>(
        "SELECT charge_nano AS charge, outcome, cost_pico::text AS cost FROM charges WHERE wallet_id = $1 ORDER BY id", [walletId])).rows;
    },
    async states({ userId }) {
      return (await database.pool.query<{ state: string }>("SELECT state FROM tasks WHERE user_id = $1 ORDER BY id", [userId])).rows.map(({ state }) => state);
    },
    async reset() {
      const { rows } = await database.pool.query<{ id: string }>("SELECT id FROM tasks WHERE finished_at IS NULL");
      for (const { id } of rows) await store.finish(id, { state: "cancelled" }, Date.now());
      vendor.calls.length = 0;
    },
    async expectSound() {
      expect((await checkInvariants(database.pool)).filter(({ rows }) => rows > 0)).toEqual([]);
    },
    async close() {
      for (const shop of shops) await shop.close();
      await billing.close();
      await listener.close();
      await pool.end();
      outbound.close();
      await vendor.close();
      await database.drop();
    },
  };
}

/** A minute from now every task that is being made is due. */
export const LATER_MS = 60_000;
