import { expect, test } from "vitest";
import { CLIENTS, clientsFor, type Connection } from "#ui/connect/clients.ts";
import { paint } from "#ui/connect/paint.ts";

const to: Connection = { base: "https://shop.example", key: "sk-mm-0123456789", model: "gpt-4o", shopName: "灯笼 Shop ÿþ?>" };

/** As these programs read it: percent-decoding, then standard base64 of UTF-8. */
function decoded(link: string, parameter: string): Record<string, unknown> {
  const raw = new URL(link.replace(/^[a-z]+:\/\//, "https://x/")).searchParams.get(parameter)!;
  expect(raw).toMatch(/^[A-Za-z0-9+/]+=*$/);
  return JSON.parse(Buffer.from(raw, "base64").toString("utf8")) as Record<string, unknown>;
}
const client = (id: string) => CLIENTS.find((one) => one.id === id)!;

test("Cherry Studio's link decodes to what was put in, in any language", () => {
  expect(decoded(client("cherry").link!(to), "data")).toEqual({ id: "shop", name: to.shopName, type: "openai", baseUrl: to.base, apiKey: to.key });
});

test("Chatbox's link decodes to what was put in", () => {
  expect(decoded(client("chatbox").link!(to), "config")).toMatchObject({ settings: { apiHost: to.base, apiPath: "/v1/chat/completions", apiKey: to.key, models: [{ modelId: "gpt-4o" }] } });
});

test("every guide names the shop's address, and the key or where it is read from", () => {
  for (const { id, code, values } of CLIENTS) {
    const text = `${code?.(to) ?? ""}${JSON.stringify(values?.(to) ?? [])}`;
    expect([id, text.includes("https://shop.example")]).toEqual([id, true]);
    expect([id, /sk-mm-0123456789|SHOP_API_KEY/.test(text)]).toEqual([id, true]);
  }
});

test("guides of what the shop does not serve are not shown", () => {
  expect(clientsFor(["chat"]).every(({ wire }) => wire === "chat")).toBe(true);
  expect(clientsFor(["chat", "messages"]).map(({ id }) => id)).toContain("claude-code");
});

test("colouring changes no letter", () => {
  for (const { code } of CLIENTS) if (code) expect(paint(code(to)).map(([, text]) => text).join("")).toBe(code(to));
  expect(paint('x = "a" # not a comment\n# one').map(([tone]) => tone)).toEqual(["", "s", "", "c"]);
});
