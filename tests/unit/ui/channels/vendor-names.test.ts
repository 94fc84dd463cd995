import { expect, test } from "vitest";
import { providers } from "#relay/providers/index.ts";
import en from "#ui/messages/en/channels.json" with { type: "json" };
import zh from "#ui/messages/zh/channels.json" with { type: "json" };

const names = new Map([...new Set(providers.values())].map(({ id, name }) => [id, name]));

test("in English a vendor is called as its adapter calls it", () => {
  expect(Object.entries(en.providers).filter(([id, name]) => names.get(id) !== name)).toEqual([]);
});

test("no name is a sentence in English for those who read Chinese", () => {
  expect(Object.keys(zh.providers).sort()).toEqual(Object.keys(en.providers).sort());
  const described = [...names].filter(([, name]) => /\b(?:Any|Another|Built-in|interface|server|proxy|relay)\b/.test(name)).map(([id]) => id);
  expect(described.filter((id) => !(id in zh.providers))).toEqual([]);
});
