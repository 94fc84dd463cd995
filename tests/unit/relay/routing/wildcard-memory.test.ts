import { expect, test } from "vitest";
import { buildSnapshot } from "#snapshot/build-snapshot.ts";
import type { Caller } from "#snapshot/snapshot.ts";
import { createLimitScopes } from "#relay/limits/request-limits.ts";
import { findModel } from "#relay/policy/resolve-model.ts";
import { providers } from "#relay/providers/index.ts";
import { offersFor } from "#relay/routing/candidates.ts";
import { createHealth } from "#relay/routing/health.ts";
import { createRouteBook } from "#relay/routing/route-stats.ts";

const snapshot = buildSnapshot({
  rev: 1n, settings: [], aliases: [], groupPrices: [], userPrices: [], costs: [],
  models: [{ id: "w", slug: "openai/*", vendor: null, context_tokens: null, max_output_tokens: null, endpoints: [], created_at: new Date(0), limits: { rpm: 5 }, list_price: null }],
  prices: [{ id: 1n, model_id: "w", effective_from: new Date(0), doc: { items: { input: "1", output: "2" } } }],
  groups: [{ id: "g", name: "default", ppm: 1_000_000, limits: {} }],
  channels: [{
    id: "c", number: 1, name: "c", provider: "openai", base_url: null, protocol: null, priority: 0, weight: 1, key_mode: "round_robin", cost_ppm: 1_000_000, limits: {}, timeouts: {}, settings: {},
    proxy_sealed: null, status: "active", paused_until: null,
  }],
  channelKeys: [{ id: "k", channel_id: "c", sealed: Buffer.from("s"), weight: 1, limits: {}, status: "active" }],
  channelModels: [{ channel_id: "c", public_name: "openai/*", upstream_name: "*" }],
  channelGroups: [{ channel_id: "c", group_id: "g" }],
}, () => "plain", () => 1);

const NAMES = Array.from({ length: 1_000 }, (_, i) => `openai/name-${i}`);
const modelOf = (name: string) => findModel(snapshot, name)!;
const offerOf = (name: string) => offersFor(snapshot, providers, "g", modelOf(name), { operation: "chat", dialect: "openai-chat" })[0]!;

test("a thousand names have one circuit, one record of speed and one bucket, yet are asked for by their own", () => {
  const offers = NAMES.map(offerOf);
  expect(new Set(offers.map(({ route }) => route.upstreamModel)).size).toBe(NAMES.length);
  expect(new Set(offers.flatMap(({ circuits }) => circuits.map(({ name }) => name))).size).toBe(offers[0]!.circuits.length);
  const book = createRouteBook();
  expect(new Set(offers.map(({ route }) => book.of(route))).size).toBe(1);
  const scopes = createLimitScopes(), caller = { groupId: "g", userId: "u", keyId: "k", keyLimits: {}, userLimits: {} } as Caller;
  expect(new Set(NAMES.map((name) => scopes.ofModel(caller, snapshot, modelOf(name)).own)).size).toBe(1);
});

test("what one name shows of the vendor's health is known of all", () => {
  const health = createHealth(() => 0.5), [first, second] = [offerOf("openai/a").circuits[0], offerOf("openai/b").circuits[0]];
  for (let i = 0; i < 5; i++) {
    health.begin(first, 0);
    health.failure(first, "server", 0, snapshot);
  }
  expect(health.waitMs(second, 0)).toBeGreaterThan(0);
});

test("the price is compiled once for all of them", () => {
  expect(new Set(NAMES.map((name) => snapshot.price(modelOf(name), "g", "u", 1))).size).toBe(1);
});
