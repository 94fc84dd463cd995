import { randomBytes } from "node:crypto";
import { expect, test } from "vitest";
import { checksumHolds, generateSecret, isApiKeyForm, isManagementTokenForm, problemOfGivenSecret } from "#accounts/index.ts";

test("a generated key has the published form and its checksum", () => {
  for (let i = 0; i < 200; i++) {
    const key = generateSecret("sk-mm-", randomBytes);
    expect(key).toMatch(/^sk-mm-[0-9A-Za-z]{40}$/);
    expect(checksumHolds(key)).toBe(true);
    expect(isApiKeyForm(key)).toBe(true);
  }
});

test("one changed character of a generated key is noticed", () => {
  const key = generateSecret("sk-mm-", randomBytes);
  for (let i = 6; i < key.length; i++) {
    const other = key.slice(0, i) + (key[i] === "a" ? "b" : "a") + key.slice(i + 1);
    expect(isApiKeyForm(other)).toBe(false);
  }
});

test("random bytes above 247 are thrown away, so that no letter is favoured", () => {
  let first = true;
  const key = generateSecret("sk-mm-", (count) => {
    const bytes = new Uint8Array(count).fill(first ? 255 : 61);
    first = false;
    return bytes;
  });
  expect(key.slice(6, 40)).toBe("z".repeat(34));
});

test.each([
  ["the example of the store file", "sk-mm-0123456789abcdef0123456789abcdef0123456789abcdef", undefined],
  ["any sk- of 32 characters", `sk-${"x".repeat(29)}`, undefined],
  ["too short", "sk-short", "32 to 256"],
  ["another prefix", "pk-0123456789abcdef0123456789abcdef", "begin with sk-"],
  ["the generated form with a wrong checksum", `sk-mm-${"a".repeat(40)}`, "checksum"],
  ["blanks", `sk-${"x".repeat(20)} ${"x".repeat(20)}`, "printable"],
])("a given key: %s", (_name, key, problem) => {
  const found = problemOfGivenSecret(key, "api-key");
  if (problem === undefined) expect(found).toBeUndefined();
  else expect(found).toContain(problem);
});

test("a management token is no API key, and the reverse", () => {
  expect(isManagementTokenForm("mm-admin-0123456789abcdef0123456789abcdef")).toBe(true);
  expect(isApiKeyForm("mm-admin-0123456789abcdef0123456789abcdef")).toBe(false);
  expect(isManagementTokenForm("sk-mm-0123456789abcdef0123456789abcdef0123456789abcdef")).toBe(false);
  expect(isManagementTokenForm(generateSecret("mm-admin-", randomBytes))).toBe(true);
});
