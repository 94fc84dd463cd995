import { expect, test } from "vitest";
import { scanRequest } from "#relay/http/body/scan.ts";
import { conversationOf, createAffinity } from "#relay/routing/affinity.ts";

const long = "All about the sea. ".repeat(300);

function conversation(body: object, header?: string, keyId = "k"): string | undefined {
  const bytes = Buffer.from(JSON.stringify({ model: "m", messages: [{ role: "user", content: "hi" }], ...body }));
  return conversationOf({ keyId, model: "m", header, scanned: scanRequest(bytes, "chat"), body: bytes });
}

test("a conversation is known by the client's own name for it, of one key alone", () => {
  const names = [conversation({}, "s1"), conversation({ session_id: "s1" }), conversation({ prompt_cache_key: "s1" }), conversation({ metadata: { user_id: "s1" } })];
  expect(new Set(names).size).toBe(1);
  expect(names[0]).toBeDefined();
  expect(conversation({}, "s1", "other")).not.toBe(names[0]);
  expect(conversation({ session_id: "s2" })).not.toBe(names[0]);
});

test("else by the beginning of a long prompt, however it goes on; a short one has none", () => {
  const system = { role: "system", content: long };
  const first = conversation({ messages: [system, { role: "user", content: "one" }] });
  expect(first).toBeDefined();
  expect(conversation({ messages: [system, { role: "user", content: "one" }, { role: "assistant", content: "two" }] })).toBe(first);
  expect(conversation({ messages: [{ role: "system", content: `Not ${long}` }] })).not.toBe(first);
  expect(conversation({})).toBeUndefined();
  expect(conversation({ session_id: "" })).toBeUndefined();
});

test("what is not used for ten minutes is forgotten", () => {
  let now = 0;
  const affinity = createAffinity(() => now);
  affinity.served("c", "channel");
  now = 599_999;
  expect(affinity.channelOf("c")).toBe("channel");
  affinity.served("c", "other");
  now += 599_999;
  expect(affinity.channelOf("c")).toBe("other");
  now += 2;
  expect(affinity.channelOf("c")).toBeUndefined();
});
