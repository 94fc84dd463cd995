import { expect, test } from "vitest";
import { atTurnEnd, beforeTurnEnd, turnInstant, whenRequestsAreRead, whenResponsesAreRead } from "#platform/turn.ts";

/** By turns, not by the clock: a machine that stands still for some ms makes no turn. */
async function turn(): Promise<void> {
  for (let i = 0; i < 10; i++) await new Promise((resolve) => setImmediate(resolve));
}

test("what is sent leaves after the turn's records, and after those who waited for them", async () => {
  const order: string[] = [];
  atTurnEnd({ flush: () => void order.push("first") });
  void new Promise<void>((resolve) => beforeTurnEnd(resolve)).then(() => {
    order.push("told");
    atTurnEnd({ flush: () => void order.push("added") });
  });
  beforeTurnEnd(() => void order.push("record"));
  process.nextTick(() => order.push("tick"));
  expect(order).toEqual([]);
  await turn();
  expect(order).toEqual(["tick", "record", "told", "first", "added"]);
});

test("a record that comes while others are written, or from those who waited for them, is written before what is sent", async () => {
  const order: string[] = [];
  void new Promise<void>((resolve) => beforeTurnEnd(resolve)).then(() => {
    beforeTurnEnd(() => void order.push("record of who waited"));
    atTurnEnd({ flush: () => void order.push("sent for who waited") });
  });
  beforeTurnEnd(() => beforeTurnEnd(() => void order.push("record from a record")));
  atTurnEnd({ flush() {
    order.push("sent");
    beforeTurnEnd(() => void order.push("record from sending"));
    atTurnEnd({ flush: () => void order.push("sent later") });
  } });
  await turn();
  expect(order).toEqual(["record from a record", "record of who waited", "sent", "sent for who waited", "record from sending", "sent later"]);
});

test("what has come is read together: all responses, what waits for them, all requests, and then what they have to say", async () => {
  const order: string[] = [];
  const read = (name: string) => (): void => {
    order.push(name);
    void Promise.resolve().then(() => order.push(`${name} goes on`));
    beforeTurnEnd(() => void order.push(`${name} is written`));
    atTurnEnd({ flush: () => void order.push(`${name} is sent`) });
  };
  for (const n of [1, 2]) {
    whenRequestsAreRead(read(`request ${n}`));
    whenResponsesAreRead(read(`response ${n}`));
  }
  await turn();
  const both = (what: string, end: string): string[] => [1, 2].map((n) => `${what} ${n}${end}`);
  expect(order).toEqual([
    ...both("response", ""), ...both("response", " goes on"), ...both("request", ""), ...both("request", " goes on"),
    ...both("response", " is written"), ...both("request", " is written"), ...both("response", " is sent"), ...both("request", " is sent"),
  ]);
});

test("a phase has one instant, with what goes on after it; the next one and what is outside of turns have later ones", async () => {
  const busy = (): void => {
    for (const until = performance.now() + 2; performance.now() < until;);
  };
  const read: number[] = [];
  const look = (): void => {
    read.push(turnInstant());
    busy();
  };
  for (let n = 0; n < 2; n++) whenRequestsAreRead(() => {
    look();
    void Promise.resolve().then(look);
  });
  atTurnEnd({ flush: look });
  await turn();
  look();
  const [first, ...others] = read;
  expect(others.slice(0, 3)).toEqual([first, first, first]);
  expect(others[3]! - first!).toBeGreaterThanOrEqual(8);
  expect(others[4]! - others[3]!).toBeGreaterThanOrEqual(2);
  expect(turnInstant()).toBeGreaterThan(others[4]!);
});

test("a fault in one costs the others nothing and is told as uncaught", async () => {
  const listeners = process.listeners("uncaughtException");
  process.removeAllListeners("uncaughtException");
  const told: unknown[] = [], seen: string[] = [];
  process.on("uncaughtException", (error) => told.push(error));
  try {
    whenRequestsAreRead(() => {
      throw new Error("a bug");
    });
    whenRequestsAreRead(() => void seen.push("the next"));
    atTurnEnd({ flush: () => void seen.push("sent") });
    await turn();
  } finally {
    process.removeAllListeners("uncaughtException");
    for (const listener of listeners) process.on("uncaughtException", listener);
  }
  expect(seen).toEqual(["the next", "sent"]);
  expect(told).toEqual([new Error("a bug")]);
});
