import { expect, test } from "vitest";
import { circuitOf, createHealth, type Circuit, type Health, type Opened } from "#relay/routing/health.ts";
import type { Channel, Route, Snapshot } from "#snapshot/snapshot.ts";

const channel = { id: "c1" } as Channel;
const routeOf = (upstreamModel: string): Route => ({ channel, upstreamModel, weight: 1 });
const snapshotOf = (...models: readonly string[]): Snapshot =>
  ({ routes: new Map([["g\0m", [{ priority: 0, routes: models.map(routeOf) }]]]) }) as unknown as Snapshot;
const fail = (health: Health, circuit: Circuit, snapshot: Snapshot, times = 5): void => {
  for (let i = 0; i < times; i++) health.failure(circuit, "server", 1_000, snapshot);
};

test("a protocol that fails leaves the same model by another protocol alone", () => {
  const health = createHealth(() => 0.5), snapshot = snapshotOf("a");
  const chat = circuitOf(routeOf("a"), "openai-chat"), responses = circuitOf(routeOf("a"), "openai-responses");
  fail(health, responses, snapshot);
  expect(health.waitMs(responses, 1_000)).toBe(5_000);
  expect(health.waitMs(chat, 1_000)).toBe(0);
});

test("three models that fail by one protocol take the channel out by this protocol alone", () => {
  const health = createHealth(() => 0.5), snapshot = snapshotOf("a", "b", "c", "d");
  for (const model of ["a", "b", "c"]) fail(health, circuitOf(routeOf(model), "openai-responses"), snapshot);
  expect(health.waitMs(circuitOf(routeOf("d"), "openai-responses"), 1_000)).toBe(5_000);
  expect(health.waitMs(circuitOf(routeOf("d"), "openai-chat"), 1_000)).toBe(0);
  expect(health.waitMs(circuitOf(routeOf("a"), "openai-chat"), 1_000)).toBe(0);
});

test("what is not allowed by one protocol may be by another; who is overloaded is so by all", () => {
  const health = createHealth(() => 0.5), snapshot = snapshotOf("a");
  const chat = circuitOf(routeOf("a"), "openai-chat"), responses = circuitOf(routeOf("a"), "openai-responses");
  health.failure(responses, "config", 1_000, snapshot);
  expect([health.waitMs(responses, 1_000), health.waitMs(chat, 1_000)]).toEqual([120_000, 0]);
  health.failure(responses, "overload", 1_000, snapshot);
  expect(health.waitMs(chat, 1_000)).toBe(10_000);
});

test("an absent address is passed by for an hour, for every model; where all are absent none is", () => {
  const health = createHealth(() => 0.5);
  const both = (model: string): readonly Circuit[] => ["openai-responses", "openai-chat"].map((protocol) => circuitOf(routeOf(model), protocol));
  const [responses, chat] = both("a") as [Circuit, Circuit];
  const asked = both("b");
  expect(health.present(asked, 1_000)).toBe(asked);
  health.markAbsent(responses, 1_000);
  expect(health.present(asked, 1_000)).toEqual([asked[1]]);
  expect(health.present(asked, 1_000 + 3_600_000)).toHaveLength(2);
  health.markAbsent(chat, 1_000);
  expect(health.present(asked, 1_000)).toBe(asked);
});

test("each circuit that opens is told once, with the whole channel that goes with it", () => {
  const told: Opened[] = [];
  const health = createHealth(() => 0.5, (opened) => told.push(opened)), snapshot = snapshotOf("a", "b", "c", "d");
  for (const model of ["a", "b", "c"]) fail(health, circuitOf(routeOf(model), "openai-chat"), snapshot, 9);
  expect(told).toEqual([
    { channelId: "c1", protocol: "openai-chat", model: "a", ms: 5_000 }, { channelId: "c1", protocol: "openai-chat", model: "b", ms: 5_000 },
    { channelId: "c1", protocol: "openai-chat", model: "c", ms: 5_000 }, { channelId: "c1", protocol: "openai-chat", model: undefined, ms: 5_000 },
  ]);
});

test("what other nodes tell opens nothing by itself, but half as many failures do, of that model by that protocol alone", () => {
  const health = createHealth(() => 0.5), snapshot = snapshotOf("a", "b");
  const chat = circuitOf(routeOf("a"), "openai-chat"), responses = circuitOf(routeOf("a"), "openai-responses"), other = circuitOf(routeOf("b"), "openai-chat");
  health.heed({ channelId: "c1", protocol: "openai-chat", model: "a" }, 1_000);
  expect(health.waitMs(chat, 1_000)).toBe(0);
  for (const circuit of [chat, responses, other]) fail(health, circuit, snapshot, 3);
  expect([chat, responses, other].map((circuit) => health.waitMs(circuit, 1_000))).toEqual([5_000, 0, 0]);
});

test("a whole channel that another node found down makes wary of each model that is known of it", () => {
  const health = createHealth(() => 0.5), snapshot = snapshotOf("a", "b", "c");
  const [a, b] = ["a", "b"].map((model) => circuitOf(routeOf(model), "openai-chat")) as [Circuit, Circuit];
  health.success(a, 1_000);
  health.heed({ channelId: "c1", protocol: "openai-chat" }, 1_000);
  fail(health, a, snapshot, 3);
  fail(health, b, snapshot, 3);
  expect([health.waitMs(a, 1_000), health.waitMs(b, 1_000)]).toEqual([5_000, 0]);
});
