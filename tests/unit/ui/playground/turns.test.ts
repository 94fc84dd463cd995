import { expect, test } from "vitest";
import { askedTheSame, EMPTY_REPLY, fromTurn, withoutTurn, type Turn } from "#ui/playground/conversation.ts";

const ask = (text: string): Turn => ({ role: "user", text });
const answer = (text: string): Turn => ({ ...EMPTY_REPLY, text, state: "done" });
const turns = [ask("one"), answer("1"), ask("two"), answer("2"), ask("three"), answer("3")];
const texts = (all: readonly Turn[]): string[] => all.map(({ text }) => text);

test("a reply once more: what was said before it, without it and all that came after", () => {
  expect(texts(fromTurn(turns, 3))).toEqual(["one", "1", "two"]);
  expect(texts(fromTurn(turns, 1))).toEqual(["one"]);
});

test("a question in other words takes the place of the old one and ends the conversation there", () => {
  expect(texts(fromTurn(turns, 2, "zwei"))).toEqual(["one", "1", "zwei"]);
  expect(texts(fromTurn(turns, 0))).toEqual(["one"]);
  expect(fromTurn(turns, 9)).toBe(turns);
});

test("a question goes with its answer, an answer alone", () => {
  expect(texts(withoutTurn(turns, 2))).toEqual(["one", "1", "three", "3"]);
  expect(texts(withoutTurn(turns, 3))).toEqual(["one", "1", "two", "three", "3"]);
  expect(texts(withoutTurn([ask("one"), ask("two")], 0))).toEqual(["two"]);
});

test("other words go to each model that was asked the same there, and to no other", () => {
  const columns = [{ id: "a", model: "x", turns }, { id: "b", model: "y", turns: [ask("one"), answer("eins"), ask("other")] }];
  const ids = (at: number, of = "a"): string[] => askedTheSame(columns, of, at).map(({ id }) => id);
  expect([ids(0), ids(2), ids(2, "b"), ids(4)]).toEqual([["a", "b"], ["a"], ["b"], ["a"]]);
});
