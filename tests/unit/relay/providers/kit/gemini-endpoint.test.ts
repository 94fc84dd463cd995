import { expect, test } from "vitest";
import { endpointsOf, endpointUrl, providers } from "#relay/providers/index.ts";

const CALL = { upstreamModel: "gemini-2.5-flash", stream: false };

function address(id: string, baseUrl: string | undefined, call = CALL): string {
  const provider = providers.get(id)!;
  const endpoint = endpointsOf(provider, "chat").find(({ dialect }) => dialect === "gemini")!;
  return endpointUrl(provider, baseUrl, endpoint, call).href;
}

const GOOGLE = "https://generativelanguage.googleapis.com/v1beta/models/gemini-2.5-flash";

test.each([
  ["the provider's own base", "gemini", undefined, `${GOOGLE}:generateContent`],
  ["the base of the OpenAI skin", "gemini", "https://generativelanguage.googleapis.com/v1beta/openai/", `${GOOGLE}:generateContent`],
  ["the base of the protocol itself", "gemini", "https://generativelanguage.googleapis.com/v1beta", `${GOOGLE}:generateContent`],
  ["a bare host", "gemini", "https://generativelanguage.googleapis.com", `${GOOGLE}:generateContent`],
  ["a proxy's path before it", "gemini", "https://proxy.example/google/v1beta/openai", "https://proxy.example/google/v1beta/models/gemini-2.5-flash:generateContent"],
  ["a shop beside its OpenAI form", "modelmart", "https://shop.example/v1", "https://shop.example/v1beta/models/gemini-2.5-flash:generateContent"],
  ["a shop's bare host", "new-api-instance", "https://shop.example", "https://shop.example/v1beta/models/gemini-2.5-flash:generateContent"],
] as const)("Google's protocol is found from %s", (_name, id, baseUrl, expected) => {
  expect(address(id, baseUrl)).toBe(expected);
});

test("streams have an address of their own; names may have a segment too much, or slashes", () => {
  expect(address("gemini", undefined, { ...CALL, stream: true })).toBe(`${GOOGLE}:streamGenerateContent?alt=sse`);
  expect(address("gemini", undefined, { ...CALL, upstreamModel: "models/gemini-2.5-flash" })).toBe(`${GOOGLE}:generateContent`);
  expect(address("modelmart", "https://shop.example/v1", { ...CALL, upstreamModel: "google/gemini 2" })).toBe("https://shop.example/v1beta/models/google/gemini%202:generateContent");
});

test("the key goes where Google wants it, and nowhere else", () => {
  const [skin, own] = endpointsOf(providers.get("gemini")!, "chat");
  expect(skin!.authorize).toBeUndefined();
  expect(own!.authorize?.("k")).toEqual({ "x-goog-api-key": "k" });
});
