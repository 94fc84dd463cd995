import { randomBytes } from "node:crypto";
import { expect, test } from "vitest";
import { createWrongTries, generateCode, hintOf, normalCode } from "#payments/index.ts";

test.each([
  ["WELCOME-5", "WE1C0ME5"], ["welcome 5", "WE1C0ME5"], ["  wElc-o-me5 ", "WE1C0ME5"], ["O0IL1", "00111"],
])("%j is looked up as %s", (text, normal) => expect(normalCode(text)).toBe(normal));

test.each([["nothing", "--"], ["letters of another script", "КОД1"], ["too long", "A".repeat(65)], ["a megabyte", "A".repeat(1e6)]])(
  "cannot be a code: %s", (_name, text) => expect(normalCode(text)).toBeUndefined());

test("a generated code has four groups, and one wrong letter changes what the check says", () => {
  const code = generateCode(randomBytes);
  expect(code).toMatch(/^([0-9A-HJKMNP-TV-Z]{4}-){3}[0-9A-HJKMNP-TV-Z]{4}$/);
  expect(normalCode(code)).toBe(code.replaceAll("-", ""));
});

test("a hint does not give a short code away", () => {
  expect(hintOf("ABCD")).toBe("A…");
  expect(hintOf("WELCOME-5")).toBe("WELC…-5");
});

test("ten wrong tries block a user for an hour, thirty an address", () => {
  let now = 1_000_000;
  const tries = createWrongTries(() => now);
  for (let i = 0; i < 9; i++) tries.wrong("u1", "1.2.3.4");
  expect(tries.blockedUntilMs("u1", "1.2.3.4")).toBeUndefined();
  tries.wrong("u1", "1.2.3.4");
  expect(tries.blockedUntilMs("u1")).toBe(now + 3_600_000);
  expect(tries.blockedUntilMs("u2", "1.2.3.4")).toBeUndefined();
  for (let i = 0; i < 20; i++) tries.wrong(`other${i}`, "1.2.3.4");
  expect(tries.blockedUntilMs("u2", "1.2.3.4")).toBe(now + 3_600_000);
  now += 3_600_001;
  expect(tries.blockedUntilMs("u1")).toBeUndefined();
});

test("tries that are ten minutes old no longer count", () => {
  let now = 0;
  const tries = createWrongTries(() => now);
  for (let i = 0; i < 9; i++) tries.wrong("u");
  now += 600_001;
  tries.wrong("u");
  expect(tries.blockedUntilMs("u")).toBeUndefined();
});
