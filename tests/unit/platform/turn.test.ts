import { expect, test } from "vitest";
import { atTurnEnd, beforeTurnEnd } from "#platform/turn.ts";

const turn = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 5));

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

test("a record that comes while others are written has a turn of its own, before what is sent in that one", async () => {
  const order: string[] = [];
  beforeTurnEnd(() => beforeTurnEnd(() => void order.push("second record")));
  atTurnEnd({ flush() {
    order.push("sent");
    atTurnEnd({ flush: () => void order.push("sent later") });
  } });
  await turn();
  expect(order).toEqual(["sent", "second record", "sent later"]);
});
