import { expect, test } from "vitest";
import { KnownWords } from "#relay/http/body/known-words.ts";
import { scanRequest } from "#relay/http/body/scan.ts";

test("finds a word among others of its length and ends, and nothing else", () => {
  const words = new KnownWords(["tools", "top_s", "model", "m"]);
  const at = (text: string): string | undefined => words.find(Buffer.from(`"${text}"`), 1, Buffer.byteLength(text) + 1);
  for (const word of ["tools", "top_s", "model", "m"]) expect(at(word)).toBe(word);
  for (const other of ["", "t", "toils", "tool", "toolss", "Model", "modél", "mödel", "mod\\u0065l", "\u0000"]) expect(at(other)).toBeUndefined();
});

test("a key is the same however its letters are written", () => {
  const read = (key: string) => scanRequest(Buffer.from(`{"${key}":"a-model","messages":[{"role":"user","content":"hi"}]}`), "chat").model;
  expect([read("model"), read("\\u006dodel"), read("mod\\u0065l")]).toEqual(["a-model", "a-model", "a-model"]);
  expect(() => scanRequest(Buffer.from('{"model":"a","mod\\u0065l":"b","messages":[{"role":"user","content":"hi"}]}'), "chat")).toThrow(/twice/);
});
