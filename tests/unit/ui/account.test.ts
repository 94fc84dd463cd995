import { expect, test } from "vitest";
import { deviceOf } from "#ui/account/device-name.ts";
import { passwordStrength } from "#ui/account/password-strength.ts";

test.each([
  ["", 0], ["aaaaaaaaaaaaaaaa", 0], ["abcdefghijklmnop", 0], ["password", 1], ["aB3$", 1],
  ["quiet-lantern-river", 4], ["hjqvxbplnz", 2],
] as const)("%s has the strength %i", (password, strength) => expect(passwordStrength(password)).toBe(strength));

test("a longer password of the same kind is never called weaker", () => {
  const password = "tidal-mosaic-wren-copper-44";
  const marks = Array.from({ length: password.length }, (_, i) => passwordStrength(password.slice(0, i + 1)));
  expect(marks).toEqual(marks.toSorted((a, b) => a - b));
});

test.each([
  ["Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36 Edg/140.0.0.0", { browser: "Edge", system: "Windows" }],
  ["Mozilla/5.0 (Macintosh; Intel Mac OS X 14_5) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.0 Safari/605.1.15", { browser: "Safari", system: "macOS" }],
  ["Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 Mobile/15E148 MicroMessenger/8.0.50", { browser: "WeChat", system: "iPhone" }],
  ["Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0", { browser: "Firefox", system: "Linux" }],
  ["curl/8.5.0", { browser: "curl", system: undefined }],
  ["something else", undefined], [null, undefined],
])("%s", (userAgent, device) => expect(deviceOf(userAgent)).toEqual(device));
