import { expect, test } from "vitest";
import { messagesFor } from "#ui/i18n/client-messages.ts";
import { localeOfHeader } from "#ui/i18n/routing.ts";

test.each([
  ["zh-CN,zh;q=0.9,en;q=0.8", "zh"], ["en-US,en;q=0.9", "en"], ["fr-FR, fr;q=0.9, zh-TW;q=0.5", "zh"], ["fr", undefined], ["", undefined], [null, undefined],
])("a browser that reads %j gets %s", (header, locale) => {
  expect(localeOfHeader(header)).toBe(locale);
});

test("pages of one area do not carry the texts of the others", () => {
  const all = { common: {}, kit: {}, nav: {}, landing: {}, keys: {}, "admin-channels": {} };
  expect(Object.keys(messagesFor("kit", all))).toEqual(["common", "kit"]);
  expect(Object.keys(messagesFor("console", all))).toEqual(["common", "kit", "nav", "keys"]);
  expect(Object.keys(messagesFor("admin", all))).toEqual(["common", "kit", "nav", "keys", "admin-channels"]);
});
