import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { describe, expect, test } from "vitest";
import { countContents, countInvoke, countResponses, countVertexContents } from "#relay/providers/kit/count-endpoints.ts";
import type { JsonObject } from "#relay/providers/provider.ts";
import { sharedDir } from "../../../support/shared.ts";

const SAY = [{ role: "user", content: "Say hello" }];
const sentToBedrock = (request: JsonObject, betas: readonly string[] = []): unknown => {
  const said = countInvoke.ask(request, "", betas) as { input: { invokeModel: { body: string } } };
  return JSON.parse(Buffer.from(said.input.invokeModel.body, "base64").toString());
};

test("Bedrock is told a request that could be sent: its cap is above what thinking may take", () => {
  expect(sentToBedrock({ model: "m", messages: SAY, thinking: { type: "enabled", budget_tokens: 2_000 } })).toEqual({
    max_tokens: 2_001, messages: SAY, thinking: { type: "enabled", budget_tokens: 2_000 }, anthropic_version: "bedrock-2023-05-31" });
  const names = ["eu.anthropic.claude-1", "global.anthropic.claude-1", "us-gov.anthropic.claude-1", "anthropic.claude-1"].map((name) => countInvoke.model?.(name));
  expect(new Set(names)).toEqual(new Set(["anthropic.claude-1"]));
});

test("what goes on from a vendor's own memory is counted by nobody else", () => {
  expect(countResponses.ask({ input: "x", conversation: "conv_1" }, "m", [])).toBeUndefined();
  expect(countContents.ask({ contents: [], cachedContent: "cachedContents/1" }, "m", [])).toBeUndefined();
  expect(countVertexContents.ask({ generateContentRequest: { contents: [], cached_content: "c" } }, "m", [])).toBeUndefined();
  expect(countContents.ask({ contents: [], cachedContent: null }, "m", [])).toEqual({ contents: [] });
});

const shared = sharedDir();

describe.skipIf(!shared)("recordings", () => {
  const recorded = (vendor: string): readonly Readonly<{ model: string; request: JsonObject; response: JsonObject }>[] => {
    const folder = path.join(shared!, "fixtures", vendor, "count-tokens");
    const read = (name: string, file: string): JsonObject => JSON.parse(readFileSync(path.join(folder, name, file), "utf8")) as JsonObject;
    return readdirSync(folder).map((name) => {
      const { request: { path: at } } = read(name, "meta.json") as unknown as { request: { path: string } };
      return { model: /models\/([^:]+):countTokens$/.exec(at)![1]!, request: read(name, "request.json"), response: read(name, "response.json") };
    });
  };

  test.each([["google", countContents], ["vertex", countVertexContents]] as const)("%s: what clients sent there is what is sent, and the total is found", (vendor, count) => {
    const all = recorded(vendor);
    expect(all.length).toBeGreaterThan(1);
    for (const { model, request, response } of all) {
      expect(count.ask(request, model, [])).toEqual(request);
      expect(count.total(response)).toBe(response.totalTokens);
    }
  });
});
