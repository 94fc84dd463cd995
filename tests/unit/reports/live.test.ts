import { expect, test } from "vitest";
import { createLiveHub } from "#reports/live.ts";

function hub() {
  const handlers = new Map<string, (payload: string) => void>();
  const live = createLiveHub({ on: (channel, handler) => void handlers.set(channel, handler) });
  const told: string[] = [];
  const stop = live.subscribe({ userId: "u1", walletId: "w1", tell: (topic) => told.push(`u1 ${topic}`) });
  live.subscribe({ userId: "u2", walletId: "w2", tell: (topic) => told.push(`u2 ${topic}`) });
  return { send: (channel: string, payload: string) => handlers.get(channel)!(payload), told, stop };
}

test("each hears of his own, and all of a hint to everybody", () => {
  const { send, told } = hub();
  send("live", JSON.stringify({ topic: "requests", owners: ["u1", "u9"] }));
  send("live", JSON.stringify({ topic: "wallet", owner: "u2" }));
  send("wallet", "w1");
  send("key", "u2");
  send("session", "u1");
  expect(told.splice(0)).toEqual(["u1 requests", "u2 wallet", "u1 wallet", "u2 keys", "u1 session"]);
  send("live", JSON.stringify({ topic: "requests" }));
  expect(told).toEqual(["u1 requests", "u2 requests"]);
});

test("nonsense is nothing, and who has left hears no more", () => {
  const { send, told, stop } = hub();
  for (const payload of ["", "{", "null", '{"topic":"secrets","owner":"u1"}', '{"topic":"requests","owners":[7]}']) send("live", payload);
  stop();
  send("live", JSON.stringify({ topic: "requests", owner: "u1" }));
  expect(told).toEqual([]);
});
