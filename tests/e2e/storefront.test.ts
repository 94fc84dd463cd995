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

browserTest("the longest page, the management interface, is whole too", async () => {
  await whole(await open("/en/docs/api/management", { width: 390 }), 390);
}, 60_000);

browserTest("an empty shop makes no model up and says what its operator has to do", async () => {
  for (const path of ["/en", "/zh", "/en/models", "/en/pricing", "/en/status", "/en/docs/quickstart"]) await whole(await open(path, { on: empty, width: 390 }), 390);
  const landing = await html("/en", empty);
  expect(landing).toContain("Opening soon");
  expect(landing).not.toMatch(/gpt-|claude-(?!code)/);
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

browserTest("E-20: filters are counted as they find, and their address shows the same rows in the same order to anybody", async () => {
  const rows = (page: Page) => page.locator("tbody tr td:first-child a, tbody tr th a").evaluateAll((links) => links.map((link) => link.getAttribute("href")));
  const page = await open("/en/models?sort=price");
  const narrow = async (name: RegExp): Promise<void> => {
    const link = page.getByRole("complementary").getByRole("link", { name }).first();
    const count = Number(await link.locator("span").last().textContent());
    await link.click();
    expect([name, (await rows(page)).length]).toEqual([name, count]);
  };
  for (const name of [/^Caching/, /^128K/, /0\.50/, /^OpenAI/]) await narrow(name);
  const [address, found] = [page.url(), await rows(page)];
  expect(found).toEqual(["/en/models/openai/gpt-4o-mini"]);
  const wide = new URL(address);
  wide.search = "?can=caching&context=128k&sort=price";
  const both = [wide.href, address];
  for (const at of both) {
    const seen = await rows(await open(at.replace(shop.url, "")));
    expect(seen).toEqual(await rows(await open(at.replace(shop.url, ""), { scripts: false, width: 1440, dark: true })));
    expect(seen).toEqual(at === address ? found : expect.arrayContaining(found));
  }
}, 60_000);

browserTest("E-24: the calculator says what a request with that usage is charged, to the digit", async () => {
  // The simulator counts a token for four letters, 3,000 of them as read from the cache, and answers with 512.
  const reply = await fetch(`${shop.url}/v1/chat/completions`, {
    method: "POST", headers: { authorization: `Bearer ${KEY}`, "content-type": "application/json" },
    body: JSON.stringify({ model: "estimated", messages: [{ role: "user", content: "word".repeat(4_204) }] }),
  });
  const { usage } = (await reply.json()) as { usage: { prompt_tokens: number; completion_tokens: number; prompt_tokens_details: { cached_tokens: number } } };
  expect([usage.prompt_tokens, usage.prompt_tokens_details.cached_tokens, usage.completion_tokens]).toEqual([4_204, 3_000, 512]);
  const usd = (Number(reply.headers.get("x-modelmart-cost-nano-usd")) / 1e9).toFixed(9).replace(/0+$/, "");
  const page = await open("/en/models/acme/estimated");
  const type = async (label: string, text: string) => page.getByLabel(label, { exact: true }).fill(text);
  await type("Input", "1204");
  await type("Cache read", "3,000");
  await type("Output", "512");
  await type("Calls", "1");
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
      // Filters are pages of their own, several of them at once are not; nor is what a calculator is asked. One language's are enough, as for models.
      const next = url.pathname + (url.pathname === "/en/models" && !url.search.includes(",") ? url.search : "");
      // Markdown twins are looked at by a test of their own.
      if (url.origin === shop.url && !outside.test(next) && !(url.searchParams.size > 1) && !next.endsWith(".md") && !next.startsWith("/zh/models/")) queue.push(next);
      if (url.origin === shop.url && url.hash !== "" && url.pathname === path && !text.includes(`id="${url.hash.slice(1)}"`)) broken.push(`${path} has no ${url.hash}`);
    }
  }
  expect(seen.size).toBeGreaterThan(100);
  expect(broken).toEqual([]);
}, 240_000);

browserTest("E-22: structured data parses, and search engines get one address a page in each language", async () => {
  for (const path of ["/en", "/en/models/anthropic/claude-sonnet-4-5", "/zh/models/openai/gpt-image-1"]) {
    const text = await html(path);
    const data = [...text.matchAll(/<script type="application\/ld\+json">(.*?)<\/script>/gs)].map(([, json]) => JSON.parse(json!) as Record<string, unknown>);
    expect(data.length).toBeGreaterThan(0);
    const head = text.slice(0, text.indexOf("</head>"));
    expect(head).toContain(`<link rel="canonical" href="${shop.url}${path}"/>`);
    for (const language of ["en", "zh", "x-default"]) expect(head).toContain(`hrefLang="${language}"`);
  }
  for (const [path, title] of [["/en/models/openai/gpt-4.1", "GPT-4.1"], ["/zh/models/openai/gpt-4.1", "GPT-4.1"], ["/zh", "Lantern"]] as const) {
    const head = (await html(path)).split("</head>")[0]!;
    const picture = /<meta property="og:image" content="([^"]+)"/.exec(head)![1]!.replaceAll("&amp;", "&");
    expect(head).toMatch(new RegExp(`<meta property="og:title" content="[^"]*${title}`));
    const bytes = Buffer.from(await (await fetch(picture)).arrayBuffer());
    expect([bytes.subarray(12, 16).toString(), bytes.readUInt32BE(16), bytes.readUInt32BE(20)]).toEqual(["IHDR", 1_200, 630]);
  }
  const product = JSON.stringify([...(await html("/en/models/anthropic/claude-sonnet-4-5")).matchAll(/ld\+json">(.*?)<\/script>/gs)].map(([, json]) => JSON.parse(json!) as object));
  expect(product).toContain('"@type":"UnitPriceSpecification","name":"cache_write_5m","price":"3.75"');
  expect(await html("/en/models?vendor=openai")).toContain('content="noindex, follow"');
  expect(await html("/en/legal/terms")).toContain('content="noindex, follow"');
});

browserTest("E-23: site map, robots, feed, price list, llms.txt and pictures", async () => {
  const map = await html("/sitemap.xml");
  for (const locale of ["en", "zh"]) expect(map).toContain(`<loc>${shop.url}/${locale}/models/openai/gpt-4.1</loc>`);
  expect(map).not.toMatch(/console|admin|legal/);
  const sold = ((await (await fetch(new URL("/api/catalogue.json", shop.url))).json()) as { data: { id: string }[] }).data;
  expect(sold.length).toBeGreaterThan(5);
  for (const { id } of sold) expect([id, map.split(new RegExp(`<loc>[^<]*/models/[^<]*${id.replaceAll(".", "\\.")}</loc>`)).length - 1]).toEqual([id, 2]);
  expect(await html("/robots.txt")).toMatch(/Disallow: \/console\n(.*\n)*Sitemap: http/);
  expect(await html("/zh/prices.xml")).toContain("<title>Claude Sonnet 4.5：上架</title>");
  const list = (await (await fetch(new URL("/api/catalogue.json", shop.url))).json()) as { data: { id: string; prices: { over_input_tokens: number; items: Record<string, { usd: string }> }[] }[] };
  const sonnet = list.data.find(({ id }) => id === "claude-sonnet-4-5")!;
  expect(sonnet.prices.map(({ over_input_tokens, items }) => [over_input_tokens, items["output"]?.usd])).toEqual([[0, "15.00"], [200_000, "22.50"]]);
  expect(await html("/llms.txt")).toContain(`- [gpt-4o-mini](${shop.url}/en/models/openai/gpt-4o-mini.md): input $0.15`);
  for (const path of ["/api/og", "/api/og?model=gpt-4.1", "/api/og?model=nobody"]) expect((await fetch(new URL(path, shop.url))).headers.get("content-type")).toBe("image/png");
});

browserTest("E-23: documentation and models have a twin in Markdown, which llms.txt and the pages themselves lead to", async () => {
  const links = [...(await html("/llms.txt")).matchAll(/\]\((http[^)]+\.md)\)/g)].map(([, href]) => href!);
  expect(links.length).toBeGreaterThan(20);
  for (const link of links.flatMap((each) => [each, each.replace("/en/", "/zh/")])) {
    const reply = await fetch(link);
    expect([link, reply.status, reply.headers.get("content-type"), reply.headers.get("link")]).toEqual([link, 200, "text/markdown; charset=utf-8", `<${link.replace(/\.md$/, "")}>; rel="canonical"`]);
    const text = await reply.text();
    expect([link, text.startsWith("# "), text.includes("<p"), /\{base\}/.test(text)]).toEqual([link, true, false, false]);
  }
  const model = await html("/en/models/anthropic/claude-sonnet-4-5.md");
  expect(model).toMatch(/\| Output \| \$ per 1M tokens \| \$15\.00 \| \$22\.50 \|/);
  expect(model).toContain(`base_url="${shop.url}/v1"`);
  expect(await html("/zh/docs/errors.md")).toMatch(/\| 402 \| `insufficient_quota` \| /);
  for (const path of ["/en/docs/quickstart", "/en/models/openai/gpt-4.1"]) expect(await html(path)).toContain(`<link rel="alternate" type="text/markdown" href="${shop.url}${path}.md"/>`);
  const answer = async (path: string) => {
    const reply = await fetch(new URL(path, shop.url), { redirect: "manual", headers: { "accept-language": "en" } });
    return [reply.status, reply.headers.get("location")?.replace(shop.url, "") ?? null];
  };
  expect(await answer("/docs/quickstart.md")).toEqual([307, "/en/docs/quickstart.md"]);
  expect(await answer("/en/models/x/claude-sonnet-latest.md")).toEqual([308, "/en/models/anthropic/claude-sonnet-4-5.md"]);
  for (const path of ["/en/docs/nothing.md", "/en/models/openai/nobody.md", "/en/legal/terms.md", "/en/pricing/x.md"]) expect(await answer(path)).toEqual([404, null]);
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

browserTest("E-21: a changed price is on every page, in the feed and at the interface at once, with its history", async () => {
  await shop.apply({ models: [{ id: "gpt-4.1", vendor: "openai", price: { input: 2.5, cache_read: 0.625, output: 9.75 } }] });
  for (const path of ["/en/models", "/en/models/openai/gpt-4.1", "/en/pricing", "/en/prices.xml", "/api/catalogue.json", "/llms.txt"]) expect([path, await html(path)]).toEqual([path, expect.stringContaining("9.75")]);
  const told = (await (await fetch(new URL("/v1/models", shop.url), { headers: { authorization: `Bearer ${KEY}` } })).json()) as { data: { id: string }[] };
  expect(JSON.stringify(told.data.find(({ id }) => id === "gpt-4.1"))).toMatch(/9\.75|0\.00000975/);
  const page = await open("/en/models/openai/gpt-4.1");
  expect(await page.locator("#history").locator("xpath=..").locator("tbody tr").count()).toBe(2);
});

browserTest("the operator's legal text is shown, sanitised, and in the other language when it must be", async () => {
  await shop.apply({ settings: { legal: { terms: { en: "# Our terms\n\nBe **fair**. <script>alert(1)</script> ![x](https://evil.example/x.png)" } } } });
  const page = await open("/zh/legal/terms");
  await page.getByRole("heading", { name: "Our terms" }).waitFor();
  expect(await page.locator("main [lang=en]").count()).toBe(1);
  expect(await page.locator("main img, main script").count()).toBe(0);
  expect(await html("/en/legal/terms")).not.toContain("noindex");
  expect((await html("/en/legal/terms.md")).split("\n").slice(0, 3)).toEqual(["# Terms of service", "", expect.stringMatching(/^Version 1, in force since 20\d\d-/)]);
});

browserTest("requests of today stand on the status page, failures too", async () => {
  await shop.sql(`INSERT INTO settings (key, value) VALUES ('shop.name', '"Lantern & Sons"') ON CONFLICT (key) DO UPDATE SET value = excluded.value`);
  await expect.poll(() => html("/en/status"), { timeout: 60_000, interval: 500 }).toContain("All models answer as they should.");
  const page = await open("/en/status");
  // On its first day a shop has no row of days to show, but figures.
  expect(await page.getByRole("listitem").filter({ hasText: "estimated" }).getByText(/^\d+ requests?, none failed$/).count()).toBe(1);
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

/** The pages' own script; anything more would be the framework's, which public pages are sent without. */
const SCRIPT_BYTES_MAX = 4_000;
/** Sum of what moved, as browsers count it. */
const SHIFT_MAX = 0.02;

browserTest("E-32: a public page loads one small script, and nothing on it moves while it loads", async () => {
  for (const path of ["/en", "/en/models", "/en/models/anthropic/claude-sonnet-4-5", "/en/docs/quickstart", "/en/pricing", "/en/status"]) {
    await context?.close();
    context = await browser.newContext({ viewport: { width: 1440, height: 900 } });
    await context.addInitScript(() => {
      new PerformanceObserver((list) => {
        for (const entry of list.getEntries() as (PerformanceEntry & { value: number })[]) document.documentElement.dataset["shift"] = String(Number(document.documentElement.dataset["shift"] ?? 0) + entry.value);
      }).observe({ type: "layout-shift", buffered: true });
    });
    const page = await context.newPage();
    const loaded: Promise<readonly [string, number]>[] = [];
    page.on("response", (response) => {
      if (response.request().resourceType() === "script") loaded.push(response.body().then((body) => [new URL(response.url()).pathname, gzipSync(body).length] as const));
    });
    await page.goto(new URL(path, shop.url).href, { waitUntil: "networkidle" });
    const scripts = await Promise.all(loaded);
    expect([path, scripts.map(([name]) => name)]).toEqual([path, ["/storefront.js"]]);
    expect(scripts[0]![1]).toBeLessThan(SCRIPT_BYTES_MAX);
    const shift = Number(await page.locator("html").getAttribute("data-shift") ?? 0);
    expect([path, shift]).toEqual([path, Math.min(shift, SHIFT_MAX)]);
  }
}, 60_000);

browserTest("E-31: an outage is on the status page while it lasts and stays in its history afterwards", async () => {
  const call = () => fetch(new URL("/v1/chat/completions", shop.url), {
    method: "POST", headers: { authorization: `Bearer ${KEY}`, "content-type": "application/json" }, body: JSON.stringify({ model: "shaky", messages: [{ role: "user", content: "Hello" }] }),
  }).then(async (reply) => { await reply.text(); return reply.status; });
  const said = async (locale: "en" | "zh") => (await html(`/${locale}/status`)).replace(/<[^>]+>/g, " ").replace(/\s+/g, " ");
  for (let i = 0; i < 4; i += 1) expect(await call()).toBeGreaterThanOrEqual(500);
  const page = await open("/en/status");
  await expect.poll(() => said("en"), { timeout: 60_000, interval: 500 }).toContain("Some models are failing.");
  expect(await said("zh")).toMatch(/部分模型|有模型/);
  await page.reload();
  await whole(page, 1440);
  await page.getByRole("listitem").filter({ hasText: "shaky" }).getByText("Failing").waitFor();
  expect(await page.getByRole("region", { name: "Days with failures" }).getByRole("listitem").count()).toBe(1);

  await shop.apply({ channels: [{ name: "spare", provider: "simulator", models: { shaky: "shaky" }, groups: ["default"] }] });
  for (let i = 0; i < 300; i += 1) expect(await call()).toBe(200);
  await expect.poll(() => said("en"), { timeout: 60_000, interval: 500 }).toContain("All models answer as they should.");
  // Four failures among three hundred are never rounded away.
  expect(await said("en")).toMatch(/9[89]\.\d\d%/);
}, 180_000);
