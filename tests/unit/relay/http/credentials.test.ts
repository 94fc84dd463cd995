import { expect, test } from "vitest";
import { RelayError } from "#relay/errors.ts";
import { presentedKey } from "#relay/http/credentials.ts";

const KEY = "sk-mm-abc";

function present(headers: Record<string, string>, path = "/v1/chat/completions", query = ""): string {
  try {
    return presentedKey({ headers, path, query: new URLSearchParams(query) });
  } catch (error) {
    if (error instanceof RelayError) return error.code;
    throw error;
  }
}

test.each([
  ["bearer", { authorization: `Bearer ${KEY}` }],
  ["bearer in small letters with blanks", { authorization: `bearer   ${KEY} ` }],
  ["bare", { authorization: KEY }],
  ["x-api-key", { "x-api-key": KEY }],
  ["x-goog-api-key", { "x-goog-api-key": KEY }],
  ["api-key", { "api-key": KEY }],
  ["an empty authorization beside it", { authorization: "", "x-api-key": KEY }],
  ["a bearer without a key beside it", { authorization: "Bearer ", "x-api-key": KEY }],
  ["the same key twice", { authorization: `Bearer ${KEY}`, "x-api-key": KEY }],
  ["another scheme beside it", { authorization: "Basic dTpw", "api-key": KEY }],
])("finds the key: %s", (_name, headers) => {
  expect(present(headers)).toBe(KEY);
});

test.each([
  ["two keys", { authorization: `Bearer ${KEY}`, "x-api-key": "sk-other" }, "ambiguous_credentials"],
  ["a repeated header", { "x-api-key": `${KEY}, sk-other` }, "ambiguous_credentials"],
  ["none", {}, "key_missing"],
  ["another scheme", { authorization: "Basic dTpw" }, "key_missing"],
])("refuses %s", (_name, headers, code) => {
  expect(present(headers)).toBe(code);
});

test("a key in the query counts where Google's SDK puts it, and nowhere else", () => {
  expect(present({}, "/v1beta/openai/chat/completions", `key=${KEY}`)).toBe(KEY);
  expect(present({}, "/v1/models/m:generateContent", `key=${KEY}`)).toBe(KEY);
  expect(present({}, "/v1/chat/completions", `key=${KEY}`)).toBe("key_missing");
});

test.each([
  ["/v1/chat/completions", "Send it as 'Authorization: Bearer <key>'."],
  ["/v1/messages", "Send it as 'x-api-key: <key>' or 'Authorization: Bearer <key>'."],
  ["/v1beta/models/m:generateContent", "Send it as 'x-goog-api-key: <key>' or 'Authorization: Bearer <key>'."],
])("who sent no key to %s learns where it goes", (path, words) => {
  expect(() => presentedKey({ headers: {}, path, query: new URLSearchParams() })).toThrow(words);
});
