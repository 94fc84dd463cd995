import OpenAI from "openai";
import type { Browser, BrowserContext, Page } from "playwright";
import { afterAll, beforeAll, expect, test } from "vitest";
import { startShop, type Shop } from "../support/shop-process.ts";
import { until } from "../support/until.ts";
import { startVendor, type Vendor } from "../support/vendor.ts";
import { barriers } from "./barriers.ts";
import { chromiumPath, launch } from "./browser.ts";

/** An operator sets up what is sold by clicks alone, and a customer's client gets it at that price. */

const PASSWORD = "correct-horse-battery";
const API_KEY = `sk-mm-${"5e11".repeat(12)}`;
const store = {
  shop: { name: "Corner Shop" },
  groups: { default: { ratio: 1 }, vip: { ratio: 0.8 } },
  users: [
    { email: "operator@example.com", password: PASSWORD, role: "operator" }, { email: "support@example.com", password: PASSWORD, role: "support" },
    { email: "alice@example.com", password: PASSWORD, credit: { amount: 10, id: "opening" }, keys: [{ name: "app", secret: API_KEY }] },
  ],
};

const executable = chromiumPath();
const browserTest = test.skipIf(executable === undefined);
let shop: Shop;
let vendor: Vendor;
let browser: Browser;
let context: BrowserContext;
let page: Page;
const problems: string[] = [];

async function signIn(email: string): Promise<BrowserContext> {
  const fresh = await browser.newContext({ viewport: { width: 1440, height: 900 }, locale: "en-US" });
  const form = await fresh.newPage();
  await form.goto(new URL("/sign-in", shop.url).href);
  await form.getByLabel("E-mail").fill(email);
  await form.getByLabel("Password").fill(PASSWORD);
  await form.getByRole("button", { name: "Sign in" }).click();
  await form.waitForURL((url) => !url.pathname.startsWith("/sign-in"));
  await form.close();
  return fresh;
}

async function open(path: string, within = context): Promise<Page> {
  const fresh = await within.newPage();
  fresh.on("pageerror", (error) => problems.push(error.message));
  fresh.on("console", (message) => {
    // pages of other areas that the navigation prefetches
    if (message.type() === "error" && !/status of 404/.test(message.text())) problems.push(message.text());
  });
  await fresh.goto(new URL(path, shop.url).href, { waitUntil: "load" });
  return fresh;
}

beforeAll(async () => {
  if (executable === undefined) return;
  vendor = await startVendor();
  shop = await startShop({ role: "all", store, env: { ALLOW_PRIVATE_UPSTREAMS: `127.0.0.1:${vendor.port}` } });
  browser = await launch(executable);
  context = await signIn("operator@example.com");
});
afterAll(async () => {
  await browser?.close();
  await shop?.stop();
  await vendor?.close();
});

browserTest("E-70 a simulator channel, from template to switched on, with a model and its price from the catalogue", async () => {
  page = await open("/admin/channels");
  await page.getByRole("link", { name: "New channel" }).first().click();
  await page.getByLabel("Find a vendor").fill("simulator");
  await page.getByRole("button", { name: /Built-in simulator/ }).click();
  await page.getByLabel("Name").fill("sim");
  await page.getByRole("button", { name: "Save and go on" }).click();
  await page.getByRole("button", { name: "Pick from the catalogue" }).click();
  await page.getByLabel("Search by name").fill("openai gpt-4o-mini");
  await page.getByRole("checkbox", { name: /openai · gpt-4o-mini ·/ }).first().check();
  await page.getByRole("button", { name: "Add 1 model" }).click();
  const models = page.getByRole("list", { name: "Models of the channel" });
  await models.getByRole("textbox").first().waitFor();
  expect(await models.getByRole("textbox").evaluateAll((boxes) => boxes.map((box) => (box as HTMLInputElement).value))).toEqual(["gpt-4o-mini", "gpt-4o-mini"]);
  await page.getByRole("button", { name: "Next" }).click();
  await page.getByRole("button", { name: "Test now" }).click();
  await page.getByText("Usage reported").waitFor();
  await page.getByRole("button", { name: "Save and switch on" }).click();
  await page.waitForURL("**/admin/channels?open=*");
  await page.getByText("Healthy").first().waitFor();
  expect(await barriers(page)).toEqual([]);
  await page.close();
});

browserTest("E-70 E-71 a vendor's channel: keys by paste, the test step by step, the bad line named, nothing readable afterwards", async () => {
  page = await open("/admin/channels/new");
  await page.getByRole("button", { name: /OpenAI-compatible/ }).click();
  await page.getByLabel("Name").fill("fake");
  await page.getByLabel("Base address").fill(vendor.url);
  await page.getByText(`Requests go to ${vendor.url}/chat/completions`).waitFor();
  await page.getByLabel("Keys").fill("sk-fake-0123456789ab\nsk-fake-0123456789cd, sk-fake-0123456789ab\nshort");
  await page.getByText("Too short").waitFor();
  await page.getByText("2 new, 0 here already, 2 left out.").waitFor();
  await page.getByRole("button", { name: "Save and go on" }).click();
  await page.getByRole("button", { name: "Test now" }).click();
  await page.getByText("Connected").waitFor();
  await page.getByRole("button", { name: "Next" }).click();
  await page.getByRole("button", { name: "Add a line" }).click();
  await page.getByLabel("Sold as").fill("fake-chat");
  await page.getByLabel("Name at").fill("vendor-chat");
  await page.getByRole("button", { name: "Save models" }).click();
  await page.getByText("no price").waitFor();
  await page.getByRole("button", { name: "Next" }).click();
  await page.getByLabel("Cost").fill("0.5");
  await page.getByRole("button", { name: "Save and switch on" }).click();
  await page.waitForURL("**/admin/channels?open=*");
  const html = await page.content();
  expect(html).not.toContain("0123456789ab");
  await page.close();
});

browserTest("E-77 a model of the shop's own, its price typed as ratio and shown in dollars, answered and charged exactly so", async () => {
  page = await open("/admin/models");
  await page.getByRole("button", { name: "Add own" }).click();
  await page.getByLabel("Model id").fill("fake-chat");
  await page.getByRole("button", { name: "Add model" }).click();
  await page.getByText("fake-chat added").waitFor();
  await page.goto(new URL("/admin/prices?as=ratio", shop.url).href);
  await page.getByRole("button", { name: "fake-chat" }).click();
  await page.getByLabel("Price of Input").fill("1.25");
  await page.getByLabel("Price of Output").fill("4");
  await page.getByRole("cell", { name: "10.00", exact: true }).first().waitFor();
  await page.getByRole("button", { name: "Publish now" }).click();
  await page.getByText("Published; in force within a second").waitFor();
  expect(await barriers(page)).toEqual([]);

  const client = new OpenAI({ apiKey: API_KEY, baseURL: `${shop.url}/v1`, maxRetries: 0 });
  const answer = await until("the model is sold", () => client.chat.completions.create({ model: "fake-chat", messages: [{ role: "user", content: "hello" }] }).withResponse());
  const { prompt_tokens: input, completion_tokens: output } = answer.data.usage!;
  expect(BigInt(answer.response.headers.get("x-modelmart-cost-nano-usd")!)).toBe((BigInt(input) * 2_500_000n + BigInt(output) * 10_000_000n + 999n) / 1_000n);
  const simulated = await client.chat.completions.create({ model: "gpt-4o-mini", messages: [{ role: "user", content: "hello" }] }).withResponse();
  const used = simulated.data.usage!;
  // The vendor's list price and the 30 % that the form offers to put on it.
  expect(BigInt(simulated.response.headers.get("x-modelmart-cost-nano-usd")!)).toBe((BigInt(used.prompt_tokens) * 195_000n + BigInt(used.completion_tokens) * 780_000n + 999n) / 1_000n);
  expect(await until("settled", async () => ((await shop.brokenInvariants()).length === 0 ? true : undefined), { timeoutMs: 20_000, everyMs: 500 })).toBe(true);

  // The same price once more, typed on the sheet itself.
  await page.goto(new URL("/admin/prices", shop.url).href);
  const cell = page.getByLabel("fake-chat, Output");
  await cell.fill("eleven");
  await page.getByText("A cell is no price.").waitFor();
  await cell.fill("11");
  await page.getByText("1 change in 1 model").waitFor();
  expect(await barriers(page)).toEqual([]);
  await page.getByRole("button", { name: "Review and publish" }).click();
  await page.getByRole("button", { name: "Publish 1 price" }).click();
  await page.getByText("1 price published").waitFor();
  const prices = await shop.sql<{ output: string }>("SELECT p.doc #>> '{items,output}' AS output FROM price_versions p JOIN models m ON m.id = p.model_id WHERE m.slug = 'fake-chat' ORDER BY p.id");
  expect(prices.map(({ output }) => output)).toEqual(["10000000", "11000000"]);
  await page.close();
});

browserTest("a rest, an end of it, off, and on again by undo", async () => {
  page = await open("/admin/channels");
  const row = page.getByRole("row", { name: /fake/ });
  await row.getByRole("button", { name: /more|actions|row/i }).click();
  await page.getByRole("menuitem", { name: "Pause 15 min" }).click();
  await row.getByText("Paused until").waitFor();
  await row.getByRole("button", { name: /more|actions|row/i }).click();
  await page.getByRole("menuitem", { name: "End the pause" }).click();
  await row.getByText("Paused until").waitFor({ state: "detached" });
  await row.getByRole("button", { name: /more|actions|row/i }).click();
  await page.getByRole("menuitem", { name: "Switch off" }).click();
  await row.getByText("Off by hand").waitFor();
  await page.getByRole("button", { name: "Undo" }).click();
  await row.getByText("Off by hand").waitFor({ state: "detached" });
  await page.close();
});

browserTest("what the vendor takes for one model is typed on the channel's page, and by its factor again", async () => {
  page = await open("/admin/channels");
  await page.getByRole("row", { name: /fake/ }).getByText("fake").first().click();
  await page.getByRole("link", { name: "Full page" }).click();
  await page.getByRole("navigation", { name: "Parts of the channel" }).getByRole("link", { name: /^Models/ }).click();
  const costs = page.getByRole("region", { name: "What the vendor takes" });
  const first = costs.getByRole("row").nth(1);
  await first.getByRole("button", { name: /^Edit/ }).click();
  const dialog = page.getByRole("dialog");
  await dialog.getByLabel("Input", { exact: true }).fill("0.0123");
  await dialog.getByLabel("Output", { exact: true }).fill("0.456");
  await dialog.getByRole("button", { name: "Save the cost" }).click();
  await first.getByText("Own cost").waitFor();
  expect(await first.textContent()).toContain("0.0123");
  expect(await barriers(page)).toEqual([]);
  await first.getByRole("button", { name: /^Edit/ }).click();
  await dialog.getByRole("radio", { name: /factor/ }).check();
  await dialog.getByRole("button", { name: "Save the cost" }).click();
  await first.getByText("× list price").waitFor();
  await page.close();
  expect(problems.splice(0)).toEqual([]);
});

browserTest("support looks and changes nothing", async () => {
  const support = await signIn("support@example.com");
  page = await open("/admin/channels", support);
  await page.getByText("fake").first().waitFor();
  expect(await page.getByRole("link", { name: "New channel" }).count()).toBe(0);
  expect(await page.getByText("Cost 24 h").count()).toBe(0);
  await page.goto(new URL("/admin/channels/new", shop.url).href);
  await page.locator("h1").waitFor();
  expect(await page.getByLabel("Find a vendor").count()).toBe(0);
  await support.close();
});
