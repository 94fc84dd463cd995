import { gzipSync } from "node:zlib";
import type { Browser, BrowserContext, Page } from "playwright";
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { startShop, type Shop } from "../support/shop-process.ts";
import { barriers } from "./barriers.ts";
import { chromiumPath, launch } from "./browser.ts";
import { EMPTY_STORE, KEY, LIT_STORE } from "./storefront-stores.ts";

/** The public pages of a stocked shop and of an empty one: whole in both languages, themes and widths, and without a script. */

const executable = chromiumPath();
const browserTest = test.skipIf(executable === undefined);
let shop: Shop;
let empty: Shop;
let browser: Browser;
let context: BrowserContext | undefined;
const problems: string[] = [];

type Options = Readonly<{ width?: number; dark?: boolean; scripts?: boolean; on?: Shop }>;

async function open(path: string, { width = 1440, dark = false, scripts = true, on = shop }: Options = {}): Promise<Page> {
  await context?.close();
  context = await browser.newContext({ viewport: { width, height: 900 }, colorScheme: dark ? "dark" : "light", javaScriptEnabled: scripts });
  const page = await context.newPage();
  page.on("pageerror", (error) => problems.push(`${path}: ${error.message}`));
  page.on("console", (message) => { if (message.type() === "error") problems.push(`${path}: ${message.text()}`); });
  page.on("request", (request) => { if (new URL(request.url()).origin !== on.url && !request.url().startsWith("data:")) problems.push(`${path} asks ${request.url()}`); });
  await page.goto(new URL(path, on.url).href, { waitUntil: "load" });
  return page;
}

const html = async (path: string, on: Shop = shop): Promise<string> => (await fetch(new URL(path, on.url))).text();

async function whole(page: Page, width: number): Promise<void> {
  const path = new URL(page.url()).pathname;
  expect([path, await page.locator("h1").count()]).toEqual([path, 1]);
  expect([path, await page.title()]).not.toEqual([path, ""]);
  expect([path, await page.evaluate(() => document.documentElement.scrollWidth)]).toEqual([path, width]);
  expect([path, await barriers(page)]).toEqual([path, []]);
}

const PAGES = [
  "", "/models", "/models?vendor=openai&can=caching&view=cards", "/models?q=nothing-like-it", "/models/anthropic/claude-sonnet-4-5", "/models/deepseek/deepseek-v3.2",
  "/models/openai/gpt-image-1", "/pricing", "/docs", "/docs/quickstart", "/docs/errors", "/docs/cherry-studio", "/docs/claude-code", "/docs/api",
  "/status", "/legal/terms", "/legal/refunds",
];
const LOOKS = [["en", 1440, false], ["zh", 390, true], ["en", 390, false], ["zh", 1440, true]] as const;

beforeAll(async () => {
  if (executable === undefined) return;
  shop = await startShop({ role: "all", store: LIT_STORE });
  empty = await startShop({ role: "all", store: EMPTY_STORE });
  browser = await launch(executable);
});
afterAll(async () => {
  await browser?.close();
  await Promise.all([shop?.stop(), empty?.stop()]);
});
afterEach(async () => {
  await context?.close();
  expect(problems.splice(0)).toEqual([]);
});

for (const [locale, width, dark] of LOOKS) {
  browserTest(`every page in ${locale} at ${width} px, ${dark ? "dark" : "light"}: one heading, accessible, not wider than the screen`, async () => {
    for (const path of PAGES) {
      const page = await open(`/${locale}${path}`, { width, dark });
      expect(await page.locator("html").getAttribute("lang")).toBe(locale);
      await whole(page, width);
    }
  }, 240_000);
}

browserTest("the longest page, the management interface, is whole too", async () => {
  await whole(await open("/en/docs/api/management", { width: 390 }), 390);
}, 60_000);

browserTest("an empty shop makes no model up and says what its operator has to do", async () => {
  for (const path of ["/en", "/zh", "/en/models", "/en/pricing", "/en/status", "/en/docs/quickstart"]) await whole(await open(path, { on: empty, width: 390 }), 390);
  const landing = await html("/en", empty);
  expect(landing).toContain("Opening soon");
  expect(landing).not.toMatch(/gpt-|claude-/);
  expect(await html("/en/docs/quickstart", empty)).toContain("MODEL_ID");
}, 120_000);

browserTest("without scripts: prices, code, filters and the calculator work", async () => {
  const page = await open("/en/models", { scripts: false });
  await page.getByRole("link", { name: /OpenAI/ }).first().click();
  expect(new URL(page.url()).search).toBe("?vendor=openai");
  expect(await page.locator("tbody tr").count()).toBe(3);
  await page.getByRole("link", { name: "gpt-4o-mini" }).first().click();
  await page.locator("label", { hasText: "curl" }).click();
  expect(await page.getByRole("region", { name: "curl" }).isVisible()).toBe(true);
  await page.getByLabel("Input", { exact: true }).fill("1,000,000");
  await page.getByLabel("Output", { exact: true }).fill("0");
  await page.getByLabel("Calls").fill("1");
  await page.getByRole("button", { name: "Calculate" }).click();
  expect(await page.locator("output").textContent()).toBe("$0.15");
}, 60_000);

browserTest("the calculator says what a request with that usage is charged, to the digit", async () => {
  const reply = await fetch(`${shop.url}/v1/chat/completions`, {
    method: "POST", headers: { authorization: `Bearer ${KEY}`, "content-type": "application/json" },
    body: JSON.stringify({ model: "gpt-4o-mini", messages: [{ role: "user", content: "What is the capital of Ireland?" }] }),
  });
  const { usage } = (await reply.json()) as { usage: { prompt_tokens: number; completion_tokens: number } };
  const page = await open("/en/models/openai/gpt-4o-mini");
  await page.waitForLoadState("networkidle");
  await page.getByLabel("Input", { exact: true }).fill(String(usage.prompt_tokens));
  await page.getByLabel("Output", { exact: true }).fill(String(usage.completion_tokens));
  await page.getByLabel("Calls").fill("1");
  const nano = Number(reply.headers.get("x-modelmart-cost-nano-usd"));
  const usd = (nano / 1e9).toFixed(9).replace(/0+$/, "");
  await page.locator("output", { hasText: usd }).waitFor();
  expect(await page.locator("output").textContent()).toBe(`$${usd}`);
});

browserTest("no link of the storefront leads nowhere", async () => {
  const seen = new Set<string>();
  const queue = ["/en", "/zh"];
  const broken: string[] = [];
  const outside = /^\/(?:console|admin|sign-in|sign-up|_next)(?:\/|$|\?)/;
  for (let path = queue.shift(); path !== undefined; path = queue.shift()) {
    if (seen.has(path)) continue;
    seen.add(path);
    const reply = await fetch(new URL(path, shop.url));
    if (reply.status !== 200) broken.push(`${reply.status} ${path}`);
    if (!(reply.headers.get("content-type") ?? "").startsWith("text/html")) continue;
    const text = await reply.text();
    for (const [, href] of text.matchAll(/<a [^>]*href="([^"]+)"/g)) {
      const url = new URL(href!.replaceAll("&amp;", "&"), new URL(path, shop.url));
      const next = url.pathname + (url.search.length < 40 ? url.search : "");
      if (url.origin === shop.url && !outside.test(next) && !(url.searchParams.size > 1)) queue.push(next);
      if (url.origin === shop.url && url.hash !== "" && url.pathname === path && !text.includes(`id="${url.hash.slice(1)}"`)) broken.push(`${path} has no ${url.hash}`);
    }
  }
  expect(seen.size).toBeGreaterThan(100);
  expect(broken).toEqual([]);
}, 240_000);

browserTest("structured data parses, and search engines get one address a page in each language", async () => {
  for (const path of ["/en", "/en/models/anthropic/claude-sonnet-4-5", "/zh/models/openai/gpt-image-1"]) {
    const text = await html(path);
    const data = [...text.matchAll(/<script type="application\/ld\+json">(.*?)<\/script>/gs)].map(([, json]) => JSON.parse(json!) as Record<string, unknown>);
    expect(data.length).toBeGreaterThan(0);
    const head = text.slice(0, text.indexOf("</head>"));
    expect(head).toContain(`<link rel="canonical" href="${shop.url}${path}"/>`);
    for (const language of ["en", "zh", "x-default"]) expect(head).toContain(`hrefLang="${language}"`);
  }
  const product = JSON.stringify([...(await html("/en/models/anthropic/claude-sonnet-4-5")).matchAll(/ld\+json">(.*?)<\/script>/gs)].map(([, json]) => JSON.parse(json!) as object));
  expect(product).toContain('"@type":"UnitPriceSpecification","name":"cache_write_5m","price":"3.75"');
  expect(await html("/en/models?vendor=openai")).toContain('content="noindex, follow"');
  expect(await html("/en/legal/terms")).toContain('content="noindex, follow"');
});

browserTest("site map, robots, feed, price list, llms.txt and pictures", async () => {
  const map = await html("/sitemap.xml");
  for (const locale of ["en", "zh"]) expect(map).toContain(`<loc>${shop.url}/${locale}/models/openai/gpt-4.1</loc>`);
  expect(map).not.toMatch(/console|admin|legal/);
  expect(await html("/robots.txt")).toMatch(/Disallow: \/console\n(.*\n)*Sitemap: http/);
  expect(await html("/zh/prices.xml")).toContain("<title>Claude Sonnet 4.5：上架</title>");
  const list = (await (await fetch(new URL("/api/catalogue.json", shop.url))).json()) as { data: { id: string; prices: { over_input_tokens: number; items: Record<string, { usd: string }> }[] }[] };
  const sonnet = list.data.find(({ id }) => id === "claude-sonnet-4-5")!;
  expect(sonnet.prices.map(({ over_input_tokens, items }) => [over_input_tokens, items["output"]?.usd])).toEqual([[0, "15.00"], [200_000, "22.50"]]);
  expect(await html("/llms.txt")).toContain(`- [gpt-4o-mini](${shop.url}/en/models/openai/gpt-4o-mini): input $0.15`);
  for (const path of ["/api/og", "/api/og?model=gpt-4.1", "/api/og?model=nobody"]) expect((await fetch(new URL(path, shop.url))).headers.get("content-type")).toBe("image/png");
});

browserTest("addresses: without a language, by an alias, under another vendor, unknown", async () => {
  const to = async (path: string) => {
    const reply = await fetch(new URL(path, shop.url), { redirect: "manual", headers: { "accept-language": "zh-CN" } });
    return [reply.status, reply.headers.get("location")?.replace(shop.url, "") ?? null];
  };
  expect(await to("/models/openai/gpt-4o-mini")).toEqual([307, "/zh/models/openai/gpt-4o-mini"]);
  expect(await to("/legal/terms")).toEqual([307, "/zh/legal/terms"]);
  expect(await to("/en/models/x/claude-sonnet-latest")).toEqual([308, "/en/models/anthropic/claude-sonnet-4-5"]);
  for (const path of ["/en/models/openai/nobody", "/en/docs/nothing", "/en/legal/nothing", "/en/nothing"]) expect(await to(path)).toEqual([404, null]);
  expect((await fetch(new URL("/en/models/openai/gpt-4.1", shop.url))).headers.get("content-security-policy")).toContain("nonce-");
});

browserTest("a changed price is on every page at once, with its history", async () => {
  await shop.apply({ models: [{ id: "gpt-4.1", vendor: "openai", price: { input: 2.5, cache_read: 0.625, output: 9.75 } }] });
  for (const path of ["/en/models", "/en/models/openai/gpt-4.1", "/en/pricing", "/en/prices.xml", "/api/catalogue.json"]) expect([path, await html(path)]).toEqual([path, expect.stringContaining("9.75")]);
  const page = await open("/en/models/openai/gpt-4.1");
  expect(await page.locator("#history").locator("xpath=..").locator("tbody tr").count()).toBe(2);
});

browserTest("the operator's legal text is shown, sanitised, and in the other language when it must be", async () => {
  await shop.sql(`INSERT INTO settings (key, value) VALUES ('legal.terms', '{"en": "# Our terms\\n\\nBe **fair**. <script>alert(1)</script> ![x](https://evil.example/x.png)"}')`);
  const page = await open("/zh/legal/terms");
  await page.getByRole("heading", { name: "Our terms" }).waitFor();
  expect(await page.locator("main [lang=en]").count()).toBe(1);
  expect(await page.locator("main img, main script").count()).toBe(0);
  expect(await html("/en/legal/terms")).not.toContain("noindex");
});

browserTest("requests of today stand on the status page, failures too", async () => {
  await shop.sql(`INSERT INTO settings (key, value) VALUES ('shop.name', '"Lantern & Sons"') ON CONFLICT (key) DO UPDATE SET value = excluded.value`);
  const page = await open("/en/status");
  expect(await page.getByText("All models answer as they should.").count()).toBe(1);
  expect(await page.getByRole("img", { name: /gpt-4o-mini: success of requests by day, 100% over 90 days/ }).count()).toBe(1);
  expect(await page.getByText("Lantern & Sons").count()).toBeGreaterThan(0);
});

browserTest("language and theme change in place and stay", async () => {
  const page = await open("/en/models?vendor=openai");
  await page.getByRole("link", { name: "中文" }).first().click();
  await page.waitForURL("**/zh/models?vendor=openai");
  await page.waitForLoadState("networkidle");
  await page.locator("header button").first().click();
  await page.reload();
  expect(await page.locator("html").getAttribute("data-theme")).toBe("dark");
});

/**
 * React and Next's router are 135 kB of it by themselves in these versions; what the shop adds is held to a few. Scripts
 * that only browsers without modules load do not count.
 */
const SCRIPT_BYTES_MAX = 144_000;

browserTest("a storefront page adds at most a few kilobytes of scripts to the framework's own", async () => {
  const scripts = async (path: string): Promise<number> => {
    const names = [...(await html(path)).matchAll(/<script([^>]*)src="([^"]+)"([^>]*)>/g)].filter(([tag]) => !/noModule/i.test(tag)).map(([, , src]) => src!);
    const sizes = await Promise.all(names.map(async (src) => gzipSync(Buffer.from(await (await fetch(new URL(src, shop.url))).arrayBuffer())).length));
    expect(sizes.length).toBeGreaterThan(2);
    return sizes.reduce((sum, bytes) => sum + bytes, 0);
  };
  for (const path of ["/en", "/en/models", "/en/models/anthropic/claude-sonnet-4-5", "/en/docs/quickstart", "/en/pricing", "/en/status"]) {
    const bytes = await scripts(path);
    expect([path, bytes]).toEqual([path, Math.min(bytes, SCRIPT_BYTES_MAX)]);
  }
});
