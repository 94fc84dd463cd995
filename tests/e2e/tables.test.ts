import { readFile } from "node:fs/promises";
import Papa from "papaparse";
import type { Browser, BrowserContext, Page } from "playwright";
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { startShop, type Shop } from "../support/shop-process.ts";
import { barriers } from "./barriers.ts";
import { chromiumPath, launch } from "./browser.ts";

/** Lists, charts, code and the palette in a real browser, under the strict content security policy, by keyboard too. */

const PASSWORD = "correct-horse-battery-staple";
const GALLERY = "/admin/dev/data";
const store = { shop: { name: "Corner Shop", sign_up: "closed" }, groups: { default: { ratio: 1 } }, users: [{ email: "olga@example.com", password: PASSWORD, role: "owner", group: "default" }] };

const executable = chromiumPath();
const problems: string[] = [];
let shop: Shop;
let browser: Browser;
let context: BrowserContext;
let session: Awaited<ReturnType<BrowserContext["storageState"]>>;

type Look = Readonly<{ path?: string; width?: number; dark?: boolean; locale?: "en" | "zh" }>;

async function open({ path = GALLERY, width = 1440, dark = false, locale = "en" }: Look = {}): Promise<Page> {
  context = await browser.newContext({ viewport: { width, height: 844 }, colorScheme: dark ? "dark" : "light", reducedMotion: "reduce", storageState: session, permissions: ["clipboard-read", "clipboard-write"] });
  await context.addCookies([{ name: "mm-locale", value: locale, url: shop.url }]);
  const page = await context.newPage();
  page.on("pageerror", (error) => problems.push(error.message));
  // Links of the frame are looked up ahead; where a shop has no such page yet, that is a 404 and no fault of this page.
  page.on("console", (message) => message.type() === "error" && !/status of 404/.test(message.text()) && problems.push(message.text()));
  page.on("request", (request) => !/^(?:data:|blob:|http:\/\/127\.0\.0\.1[:/])/.test(request.url()) && problems.push(`fetched ${request.url()}`));
  await page.goto(new URL(path, shop.url).href);
  await alive(page);
  return page;
}

/** Charts are drawn in the browser only: once one stands, the page answers. */
const alive = (page: Page): Promise<void> => page.locator(".recharts-surface").first().waitFor();

const overflow = (page: Page): Promise<number> => page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
const state = (page: Page, name: string) => page.getByText(name, { exact: true }).first().click();
const rows = (page: Page): Promise<string[]> => page.locator("[data-rows] [data-row]").evaluateAll((all) => all.map((one) => one.getAttribute("data-row") ?? ""));
const parameter = (page: Page, name: string): string | null => new URL(page.url()).searchParams.get(name);
const settled = (page: Page, name: string, value: string | null) => page.waitForFunction(([key, wanted]) => new URL(location.href).searchParams.get(key as string) === wanted, [name, value]);
const focusedRow = (page: Page) => page.evaluate(() => document.activeElement?.getAttribute("data-row"));

const browserTest = test.skipIf(executable === undefined);

beforeAll(async () => {
  if (executable === undefined) return;
  shop = await startShop({ role: "all", store, env: { MODELMART_DEV_PAGES: "true" } });
  browser = await launch(executable);
  const fresh = await browser.newContext();
  const page = await fresh.newPage();
  await page.goto(new URL("/sign-in", shop.url).href, { waitUntil: "networkidle" });
  await page.getByLabel("E-mail").fill("olga@example.com");
  await page.getByLabel("Password").fill(PASSWORD);
  await page.getByRole("button", { name: "Sign in" }).click();
  await page.waitForURL("**/console");
  session = await fresh.storageState();
  await fresh.close();
});
afterAll(async () => {
  await browser?.close();
  await shop?.stop();
});
afterEach(async () => {
  await context?.close();
  expect(problems.splice(0)).toEqual([]);
});

browserTest.each([
  ["en", 1440, false], ["en", 390, true], ["zh", 1440, true], ["zh", 390, false], ["en", 320, false],
] as const)("in %s at %i px (dark: %s) nobody is shut out, nothing is wider than the screen, nothing is fetched from elsewhere", async (locale, width, dark) => {
  const page = await open({ locale, width, dark });
  expect(await overflow(page)).toBeLessThanOrEqual(0);
  expect(await barriers(page)).toEqual([]);
});

browserTest.each([[1440, false], [390, true]] as const)("every state of a list at %i px (dark: %s) shuts nobody out", async (width, dark) => {
  const page = await open({ width, dark });
  for (const name of ["loading", "error", "stale", "empty"]) {
    await state(page, name);
    // Greys come 150 ms late, so that a quick answer does not flicker.
    await page.waitForTimeout(400);
    expect(await barriers(page, "[data-rows]")).toEqual([]);
    expect(await overflow(page)).toBeLessThanOrEqual(0);
  }
});

browserTest("rows come into the place that was kept for them; errors can be tried again, and name the request", async () => {
  const page = await open();
  const boxes = () => page.locator("[data-rows] tbody tr").evaluateAll((all) => all.slice(0, 8).map((one) => Math.round(one.getBoundingClientRect().height)));
  const head = () => page.locator("[data-rows] thead").boundingBox();
  const [ready, readyHead] = [await boxes(), await head()];
  await state(page, "loading");
  expect(await boxes()).toEqual(ready);
  expect((await head())?.y).toBe(readyHead?.y);
  await state(page, "error");
  const list = page.locator("[data-rows]");
  await list.getByText("req_01KAH3Q2VNB7T4D8M1X97K3F").waitFor();
  await list.getByRole("button", { name: "Try again" }).click();
  expect(await boxes()).toEqual(ready);
  await state(page, "stale");
  await list.getByRole("button", { name: "Now" }).click();
  await page.locator("[data-rows] .tbl-dimmed").waitFor({ state: "detached" });
  await state(page, "empty");
  await list.getByText("No request yet").waitFor();
});

browserTest("filters stand in the address, come back from it, and can be cleared", async () => {
  const page = await open();
  const all = await rows(page);
  await page.getByRole("button", { name: "Filter", exact: true }).click();
  await page.getByRole("button", { name: "Model", exact: true }).click();
  await page.getByRole("checkbox", { name: "claude-haiku-4-5" }).check();
  await page.getByRole("checkbox", { name: "gpt-5-mini" }).check();
  await settled(page, "model", "claude-haiku-4-5,gpt-5-mini");
  await page.keyboard.press("Escape");
  await page.getByRole("button", { name: "Filter", exact: true }).click();
  await page.getByRole("button", { name: "Cost", exact: true }).click();
  await page.getByLabel("Above").fill("0.0x");
  await page.getByRole("button", { name: "Apply" }).click();
  await page.getByText("Type an amount in USD").waitFor();
  await page.getByLabel("Above").fill("$0.000000001");
  await page.getByRole("button", { name: "Apply" }).click();
  await settled(page, "cost_gt", "0.000000001");
  await page.reload();
  await alive(page);
  await page.getByRole("button", { name: "Model: claude-haiku-4-5, gpt-5-mini" }).waitFor();
  await page.getByRole("button", { name: "Cost: > $0.000000001" }).waitFor();
  const some = await rows(page);
  expect(some).not.toEqual(all);
  await page.getByRole("searchbox", { name: "Id or model" }).fill("nothing is called so");
  await page.locator("[data-rows]").getByRole("button", { name: /Clear/ }).click();
  await settled(page, "model", null);
  expect([parameter(page, "cost_gt"), parameter(page, "q")]).toEqual([null, null]);
  expect(await rows(page)).toEqual(all);
  await page.keyboard.press("/");
  expect(await page.evaluate(() => document.activeElement?.getAttribute("aria-label"))).toBe("Id or model");
});

browserTest("a range is chosen by preset or by days, counted in the reader's zone", async () => {
  const page = await open();
  await page.getByRole("button", { name: /Last 24 hours/ }).click();
  await page.getByRole("button", { name: "Last 7 days" }).click();
  await settled(page, "from", "-7d");
  await page.getByRole("button", { name: /Last 7 days/ }).click();
  expect(await barriers(page)).toEqual([]);
  await page.getByLabel("From", { exact: true }).fill("2026-01-05");
  await page.getByLabel("To", { exact: true }).fill("2026-01-02");
  await page.getByRole("button", { name: "Apply" }).click();
  await settled(page, "from", "2026-01-02");
  expect(parameter(page, "to")).toBe("2026-01-05");
  await page.getByRole("button", { name: /2026-01-02 – 2026-01-05/ }).waitFor();
});

browserTest("pages lead on and back again, by the list's buttons and by the browser's", async () => {
  const page = await open();
  const first = await rows(page);
  await page.getByRole("button", { name: "Older" }).click();
  await page.waitForFunction(() => new URL(location.href).searchParams.has("cursor"));
  const second = await rows(page);
  await page.getByRole("button", { name: "Older" }).click();
  await settled(page, "cursor", (await rows(page))[0] ?? "");
  const third = await rows(page);
  expect(new Set([...first, ...second, ...third]).size).toBe(first.length + second.length + third.length);
  await page.getByRole("button", { name: "Newer" }).click();
  await settled(page, "cursor", second[0] ?? "");
  expect(await rows(page)).toEqual(second);
  await page.getByRole("button", { name: "Newer" }).click();
  await settled(page, "cursor", null);
  expect(await rows(page)).toEqual(first);
  await page.goBack();
  await settled(page, "cursor", second[0] ?? "");
  expect(await rows(page)).toEqual(second);
});

browserTest("J and K move what the drawer shows, Esc brings the focus back to its row", async () => {
  const page = await open();
  const [first = "", second = "", third = ""] = await rows(page);
  await page.locator(`[data-row="${first}"]`).focus();
  await page.keyboard.press("j");
  expect(await focusedRow(page)).toBe(second);
  await page.keyboard.press("Enter");
  await settled(page, "open", second);
  await page.getByRole("dialog").waitFor();
  await page.keyboard.press("j");
  await settled(page, "open", third);
  expect(await barriers(page)).toEqual([]);
  await page.keyboard.press("k");
  await page.keyboard.press("k");
  await settled(page, "open", first);
  // The table stays usable beside it.
  await page.locator("[data-rows] tbody tr").nth(2).locator("td").nth(2).click({ position: { x: 4, y: 4 } });
  await settled(page, "open", third);
  await page.getByRole("dialog").getByRole("button", { name: "Close" }).focus();
  await page.keyboard.press("Escape");
  await settled(page, "open", null);
  await page.waitForFunction((key) => document.activeElement?.getAttribute("data-row") === key, third);
});

browserTest("shift selects what lies between, the bar counts it", async () => {
  const page = await open();
  await page.getByRole("checkbox", { name: "Select row 2", exact: true }).click();
  await page.getByRole("checkbox", { name: "Select row 5", exact: true }).click({ modifiers: ["Shift"] });
  const bar = page.getByRole("region", { name: "Selected rows" });
  await bar.getByText("4 selected").waitFor();
  expect(await barriers(page)).toEqual([]);
  await bar.getByRole("button", { name: "Select all 40 that match" }).click();
  await bar.getByText("40 selected").waitFor();
  await page.getByRole("checkbox", { name: "Select all rows of this page" }).click();
  await bar.getByText("28 selected").waitFor();
  await bar.getByRole("button", { name: "Select nothing" }).click();
  await bar.waitFor({ state: "detached" });
});

browserTest("on a phone rows are cards and filters stand in one sheet", async () => {
  const page = await open({ width: 390 });
  expect(await page.locator("[data-rows] table").count()).toBe(0);
  expect(await page.getByRole("list", { name: "Requests" }).getByRole("listitem").count()).toBe(12);
  await page.getByRole("button", { name: "Filters", exact: true }).click();
  const sheet = page.getByRole("dialog");
  expect(await barriers(page)).toEqual([]);
  await sheet.getByRole("button", { name: "Error", exact: true }).click();
  await settled(page, "status", "error");
  await sheet.getByRole("button", { name: "Show results" }).click();
  await page.getByRole("button", { name: "Filters (1)" }).waitFor();
  await page.locator("[data-row]").first().click();
  await page.getByRole("dialog").waitFor();
  expect(await barriers(page)).toEqual([]);
});

browserTest("a chart is read by arrow keys, as a table and as a file, with the same numbers", async () => {
  const page = await open();
  const chart = page.getByRole("figure", { name: "Sold USD by day" });
  await chart.locator(".recharts-surface").first().focus();
  await page.keyboard.press("ArrowRight");
  const tip = chart.getByRole("status");
  await tip.waitFor();
  const spoken = await tip.textContent();
  await chart.getByText("$0", { exact: true }).waitFor();
  await chart.getByRole("button", { name: "Show as table" }).click();
  const table = await chart.locator("tbody tr").evaluateAll((all) => all.map((row) => [...row.querySelectorAll("td")].map((cell) => cell.textContent ?? "")));
  expect(table).toHaveLength(30);
  expect(table.at(-1)?.[0]).toMatch(/so far$/);
  const read = table.find(([day = "?"]) => spoken?.startsWith(day));
  expect(read?.slice(1).every((amount) => spoken?.includes(amount))).toBe(true);
  const downloading = page.waitForEvent("download");
  await chart.getByRole("button", { name: "Download CSV" }).click();
  const file = await readFile(await (await downloading).path(), "utf8");
  const [heads, ...lines] = Papa.parse<string[]>(file, { skipEmptyLines: true }).data;
  expect(heads).toEqual(["start_utc", "Cost", "Margin"]);
  expect(lines).toHaveLength(30);
  const cents = (text: string): number => Math.round(Number(text.replace(/[$,]/g, "")) * 100);
  lines.forEach((line, at) => expect([cents(line[1] ?? ""), cents(line[2] ?? "")]).toEqual([cents(table[at]?.[1] ?? ""), cents(table[at]?.[2] ?? "")]));
  await chart.getByRole("button", { name: "Show as chart" }).click();
  const legend = chart.getByRole("button", { name: /^Cost/ });
  const bars = () => chart.locator(".recharts-bar-rectangle path").count();
  const both = await bars();
  await legend.click();
  expect(await legend.getAttribute("aria-pressed")).toBe("false");
  await page.waitForFunction((count) => document.querySelectorAll("figure")[0]?.querySelectorAll(".recharts-bar-rectangle path").length === count, both / 2);
});

browserTest("texts of others neither run nor fetch", async () => {
  const page = await open();
  const text = page.locator(".prose");
  expect(await text.locator("img, script, iframe, style").count()).toBe(0);
  expect(await text.getByRole("link", { name: "Picture: A chart of prices" }).getAttribute("rel")).toContain("noreferrer");
  expect(await text.getByRole("link", { name: "this one" }).count()).toBe(0);
  expect(await text.locator("[href^='javascript'], [style], [onerror]").count()).toBe(0);
});

browserTest("code copies whole, and the chosen library is remembered on the next page", async () => {
  const page = await open();
  const box = page.locator(".code-box").filter({ hasText: "stream.py" });
  expect(await box.locator("pre span.k").first().textContent()).toMatch(/import/);
  expect(await box.locator("[style]").count()).toBe(0);
  await box.getByRole("button", { name: "Copy the code" }).click();
  expect(await page.evaluate(() => navigator.clipboard.readText())).toBe((await box.locator("pre").textContent()) ?? "");
  await page.getByRole("tab", { name: "Python" }).focus();
  await page.keyboard.press("ArrowRight");
  await page.reload();
  await alive(page);
  expect(await page.getByRole("tab", { name: "curl" }).getAttribute("aria-selected")).toBe("true");
});

browserTest("JSON is found in, opened and copied from", async () => {
  const page = await open();
  const json = page.getByRole("group", { name: "JSON" });
  await json.getByRole("searchbox").fill("assistant");
  await json.getByText("1 found").waitFor();
  await json.getByRole("button", { name: "Copy the path choices[0].message.role" }).click();
  expect(await page.evaluate(() => navigator.clipboard.readText())).toBe("choices[0].message.role");
  await json.getByText("hidden", { exact: true }).waitFor();
  expect(await json.textContent()).not.toContain("[redacted]");
});

browserTest("the palette opens by key and by its button, knows other words, asks the server once for what was typed last, and leads there", async () => {
  const page = await open();
  await page.keyboard.press("Control+k");
  await page.getByRole("combobox").waitFor();
  await page.keyboard.press("Control+k");
  await page.getByRole("combobox").waitFor({ state: "detached" });
  await page.locator("main").getByRole("button", { name: "Search or paste any id" }).click();
  const input = page.getByRole("combobox", { name: "Page, action, or any id" });
  await input.fill("密钥");
  await page.getByRole("option", { name: "API keys" }).waitFor();
  expect(await page.getByRole("option").count()).toBe(1);
  await input.fill("req_01KAH3");
  await page.getByRole("option", { name: /req_01KAH3/ }).waitFor();
  expect(await barriers(page)).toEqual([]);
  await input.fill("fail");
  await page.getByRole("alert").filter({ hasText: "did not answer" }).waitFor();
  await input.fill("create");
  await page.getByRole("option", { name: /Create key/ }).waitFor();
  await page.keyboard.press("Enter");
  await page.waitForURL("**#new");
  await input.waitFor({ state: "detached" });
});
