import type { Browser, BrowserContext, Page } from "playwright";
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { startShop, type Shop } from "../support/shop-process.ts";
import { barriers } from "./barriers.ts";
import { chromiumPath, launch } from "./browser.ts";

/** The site as a person meets it, in a real browser, against a shop started as an operator starts it. */

const PASSWORD = "correct-horse-battery";
const store = {
  shop: { name: "Corner Shop", sign_up: "closed" },
  groups: { default: { ratio: 1 } },
  models: [
    { id: "gpt-4o-mini", vendor: "openai", context: 128_000, price: { input: 0.15, cache_read: 0.075, output: 0.6 } },
    { id: "text-embedding-3-small", vendor: "openai", endpoints: ["embeddings"], ratio: { model: 0.01 } },
    { id: "gpt-image-1", endpoints: ["images"], price: { per_image: 0.04 } },
  ],
  channels: [{ name: "main", provider: "simulator", models: ["gpt-4o-mini"], groups: ["default"] }],
  users: [{ email: "alice@example.com", password: PASSWORD, role: "customer", group: "default", credit: { amount: 10, id: "opening" }, keys: [{ name: "app" }] }],
};

const executable = chromiumPath();
let shop: Shop;
let browser: Browser;
let context: BrowserContext;
const problems: string[] = [];

async function open(path: string, options: { width?: number; dark?: boolean; locale?: string } = {}): Promise<Page> {
  context = await browser.newContext({ viewport: { width: options.width ?? 1440, height: 900 }, colorScheme: options.dark ? "dark" : "light", locale: options.locale ?? "en-US" });
  const page = await context.newPage();
  page.on("pageerror", (error) => problems.push(error.message));
  page.on("console", (message) => {
    if (message.type() === "error" && !/status of 401/.test(message.text())) problems.push(message.text());
  });
  await page.goto(new URL(path, shop.url).href, { waitUntil: "networkidle" });
  return page;
}

async function signIn(page: Page, password: string): Promise<void> {
  await page.getByLabel("E-mail").fill("alice@example.com");
  await page.getByLabel("Password").fill(password);
  await page.getByRole("button", { name: "Sign in" }).click();
}

const browserTest = test.skipIf(executable === undefined);

beforeAll(async () => {
  if (executable === undefined) return;
  shop = await startShop({ role: "all", store });
  browser = await launch(executable);
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
  ["en", 390, false], ["zh", 1440, true],
] as const)("the landing page in %s at %i px (dark: %s) is whole, accessible and not wider than the screen", async (locale, width, dark) => {
  const page = await open(`/${locale}`, { width, dark });
  await expect(page.locator("html").getAttribute("lang")).resolves.toBe(locale);
  await expect(page.locator("h1").textContent()).resolves.toMatch(locale === "en" ? /3 models/ : /3 个模型/);
  await expect(page.getByText("gpt-4o-mini").first().isVisible()).resolves.toBe(true);
  expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(width);
  expect(await barriers(page)).toEqual([]);
});

browserTest("prices are in the HTML without a script, exact", async () => {
  const html = await (await fetch(new URL("/en", shop.url))).text();
  for (const price of ["0.15", "0.075", "0.60", "0.02", "$0.04 / image"]) expect(html).toContain(price);
});

browserTest("without a language the address redirects by the browser's own", async () => {
  expect(new URL((await open("/", { locale: "zh-CN" })).url()).pathname).toBe("/zh");
});

browserTest("a changed price is on the page at once", async () => {
  await shop.apply({ models: [{ id: "gpt-4o-mini", vendor: "openai", context: 128_000, price: { input: 0.17, cache_read: 0.085, output: 0.68 } }] });
  expect(await (await fetch(new URL("/en", shop.url))).text()).toContain("0.085");
});

browserTest("signing in, the balance to the cent, and out again", async () => {
  const page = await open("/console");
  expect(new URL(page.url()).pathname).toBe("/sign-in");
  expect(await barriers(page)).toEqual([]);
  await signIn(page, "wrong-password-123");
  await page.getByRole("alert").filter({ hasText: "do not match" }).waitFor();
  await signIn(page, PASSWORD);
  await page.waitForURL("**/console");
  await page.getByText("$10.00").first().waitFor();
  expect(await barriers(page)).toEqual([]);
  await page.getByRole("button", { name: "Account of alice@example.com" }).click();
  await page.getByRole("menuitem", { name: "Sign out" }).click();
  await page.waitForURL("**/en");
  await page.goto(new URL("/console", shop.url).href);
  expect(new URL(page.url()).pathname).toBe("/sign-in");
  // Nothing that the libraries warn of happens at a start with a store file, or with a visit.
  expect(shop.output()).not.toContain("DeprecationWarning");
});

browserTest("a session that was ended is over at the next click, whatever the cookie says", async () => {
  const page = await open("/sign-in");
  await signIn(page, PASSWORD);
  await page.waitForURL("**/console");
  await shop.sql("UPDATE sessions SET ended_at = now() WHERE ended_at IS NULL");
  await page.reload();
  expect(new URL(page.url()).pathname).toBe("/sign-in");
});

browserTest("the theme that was chosen stays", async () => {
  const page = await open("/en");
  await page.getByRole("button", { name: "Light or dark" }).first().click();
  await page.reload();
  expect(await page.locator("html").getAttribute("data-theme")).toBe("dark");
});
