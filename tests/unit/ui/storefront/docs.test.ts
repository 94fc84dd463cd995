import { readFileSync } from "node:fs";
import path from "node:path";
import { expect, test } from "vitest";
import { LOSSES, matchRoute, RELAY_ERRORS } from "#relay/index.ts";
import { codeParts } from "#ui/storefront/code-parts.ts";
import { fill, inlineParts, type Block, type GuideText } from "#ui/storefront/docs/blocks.ts";
import { ccSwitchLink, chatboxLink, cherryStudioLink, KEY_PLACEHOLDER } from "#ui/storefront/docs/deep-links.ts";
import { ENDPOINTS } from "#ui/storefront/docs/endpoints.ts";
import { clientGuides, GUIDES, works } from "#ui/storefront/docs/guides.ts";
import { guideSamples, SAMPLE_NAMES } from "#ui/storefront/docs/samples.ts";
import { FORMAT_PATHS, type ApiFormat } from "#ui/storefront/formats.ts";
import { keyNameOf, samplesFor } from "#ui/storefront/samples.ts";

const messages = path.resolve(import.meta.dirname, "../../../../src/ui/messages");
const read = (locale: string, file: string): Record<string, GuideText> => JSON.parse(readFileSync(path.join(messages, locale, `docs-${file}.json`), "utf8")) as Record<string, GuideText>;
const context = { base: "https://api.shop.example", model: "gpt-5", embedding: "embed-1", shop: "灯塔 Shop", key: "SHOP_KEY" };
const offered = new Set(FORMAT_PATHS.filter(([, where]) => ["operation", "task"].includes(matchRoute("POST", where).kind) || matchRoute("GET", where).kind === "realtime").map(([format]) => format));
const blocksOf = (locale: string) => GUIDES.flatMap(({ slug, file }) => read(locale, file)[slug]!.blocks.map((block) => ({ slug, block })));

test.each(["en", "zh"])("every guide is written in %s, and what it names exists", (locale) => {
  for (const { slug, file } of GUIDES) expect([slug, read(locale, file)[slug]?.blocks.length ?? 0]).toEqual([slug, expect.any(Number)]);
  const named = blocksOf(locale).flatMap(({ block }) => ("code" in block ? [block.code] : []));
  expect(named.filter((name) => !SAMPLE_NAMES.includes(name))).toEqual([]);
  expect(SAMPLE_NAMES.filter((name) => !named.includes(name))).toEqual([]);
});

test("links of guides lead to guides, pages of the storefront, or desks", () => {
  const pages = new Set(["/models", "/pricing", "/docs", "/status", "/docs/api", ...GUIDES.map(({ slug }) => `/docs/${slug}`), "/legal/terms", "/legal/privacy", "/legal/refunds", "/sign-up", "/sign-in"]);
  const texts = (block: Block): string[] => Object.values(block).flatMap((value: unknown) => JSON.stringify(value));
  const hrefs = ["en", "zh"].flatMap(blocksOf).flatMap(({ block }) => texts(block)).flatMap((text) => inlineParts(text)).flatMap((part) => (part.kind === "link" ? [part.href] : []));
  expect(hrefs.length).toBeGreaterThan(20);
  expect(hrefs.filter((href) => !pages.has(href) && !/^\/console(\/[a-z]+)?$/.test(href))).toEqual([]);
});

test("samples hold the shop's address and no hole that was not filled", () => {
  for (const name of SAMPLE_NAMES) {
    const samples = guideSamples(name, context);
    expect(samples.length).toBeGreaterThan(0);
    for (const { code } of samples) expect([name, /\{(?:base|model|embedding|image|speech|recording|moderation|ranking|shop|key)\}/.exec(code)?.[0]]).toEqual([name, undefined]);
  }
  expect(guideSamples("claude-code", context)[0]!.code).toContain('"ANTHROPIC_BASE_URL": "https://api.shop.example"');
  expect(guideSamples("codex", context)[0]!.code).toContain('base_url = "https://api.shop.example/v1"');
  expect(guideSamples("zed", { ...context, shop: 'A "B" \\' })[0]!.code).toContain('"A B ": {');
});

test("settings that are JSON are JSON", () => {
  for (const name of ["claude-code", "zed", "opencode", "credits-answer", "error-body"]) for (const { language, code } of guideSamples(name, context)) if (language === "json") expect(() => JSON.parse(code) as unknown).not.toThrow();
});

test("a guide whose format the shop does not answer is not offered", () => {
  expect(clientGuides(new Set<ApiFormat>(["chat"])).map(({ slug }) => slug)).not.toContain("claude-code");
  expect(clientGuides(new Set<ApiFormat>(["messages"])).map(({ slug }) => slug)).toContain("claude-code");
  expect(GUIDES.filter((guide) => works(guide, offered)).length).toBeGreaterThan(20);
});

test("addresses of the reference that are shown are answered, and their examples are JSON", () => {
  const shown = ENDPOINTS.filter(({ method, path: where }) => matchRoute(method, where.replaceAll(/\{\w+\}/g, "any")).kind !== "error");
  expect(shown.map(({ id }) => id)).toEqual(expect.arrayContaining(["chat", "embeddings", "models", "credits", "generation"]));
  for (const { id, request, answer } of shown) {
    expect([id, answer]).not.toEqual([id, ""]);
    for (const text of [request, answer]) if (text !== undefined) expect(() => JSON.parse(fill(text, context)) as unknown).not.toThrow();
  }
});

test("every loss has words in both languages", () => {
  for (const locale of ["en", "zh"]) {
    const { losses } = JSON.parse(readFileSync(path.join(messages, locale, "docs.json"), "utf8")) as { losses: Record<string, string> };
    expect(Object.keys(losses).sort()).toEqual(Object.keys(LOSSES).sort());
  }
});

test("every error has words in both languages", () => {
  for (const locale of ["en", "zh"]) {
    const { errors } = JSON.parse(readFileSync(path.join(messages, locale, "docs.json"), "utf8")) as { errors: Record<string, string> };
    expect(Object.keys(errors).sort()).toEqual(Object.keys(RELAY_ERRORS).sort());
  }
});

test("Cherry Studio reads the link as it was meant: standard base64, percent-encoded, a Chinese name", () => {
  const link = new URL(cherryStudioLink({ ...context, key: "sk-mm-a+b/c" }));
  expect(link.protocol).toBe("cherrystudio:");
  const data = /[?&]data=([^&]+)/.exec(link.href)![1]!;
  expect(data).not.toMatch(/[+/]/);
  const json = JSON.parse(Buffer.from(decodeURIComponent(data).replaceAll("_", "+").replaceAll("-", "/"), "base64").toString("utf8")) as object;
  expect(json).toEqual({ id: "shop", name: "灯塔 Shop", type: "openai", baseUrl: "https://api.shop.example", apiKey: "sk-mm-a+b/c" });
});

test("Chatbox and CC Switch get host, path and the right kind of address", () => {
  const values = { ...context, key: KEY_PLACEHOLDER };
  const config = JSON.parse(Buffer.from(new URL(chatboxLink(values)).searchParams.get("config")!, "base64").toString("utf8")) as { settings: object };
  expect(config.settings).toEqual({ apiHost: context.base, apiPath: "/v1/chat/completions", apiKey: KEY_PLACEHOLDER, models: [{ modelId: "gpt-5" }] });
  const claude = new URL(ccSwitchLink("claude", values)).searchParams;
  expect([claude.get("endpoint"), claude.get("opusModel"), claude.get("name")]).toEqual([context.base, "gpt-5", "灯塔 Shop"]);
  expect(new URL(ccSwitchLink("codex", values)).searchParams.get("endpoint")).toBe(`${context.base}/v1`);
});

test("colouring loses nothing of the code", () => {
  for (const name of SAMPLE_NAMES) for (const { code, language } of guideSamples(name, context)) expect(codeParts(code, language).map(([, text]) => text).join("")).toBe(code);
  expect(codeParts('print("a # b")  # c', "python")).toEqual([["k", "print"], ["", "("], ["s", '"a # b"'], ["", ")  "], ["c", "# c"]]);
});

test("each client library is one tab, whatever formats a model is sold in", () => {
  const names = samplesFor(FORMAT_PATHS.map(([format]) => format), { base: context.base, model: "m", keyName: keyNameOf("灯塔") }).map(({ name }) => name);
  expect(new Set(names).size).toBe(names.length);
  const sound = (listens: boolean): string => samplesFor(["audio"], { base: context.base, model: "m", keyName: "K", listens }).map(({ code }) => code).join();
  expect([sound(true).includes("/v1/audio/transcriptions"), sound(true).includes("speech"), sound(false).includes("/v1/audio/speech")]).toEqual([true, false, true]);
  expect([keyNameOf("Corner Shop"), keyNameOf("灯塔"), keyNameOf("4U")]).toEqual(["CORNER_SHOP_KEY", "SHOP_KEY", "U_KEY"]);
});
