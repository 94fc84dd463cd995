import OpenAI from "openai";
import type { Browser, BrowserContext, Locator, Page } from "playwright";
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { startShop, type Shop } from "../support/shop-process.ts";
import { barriers } from "./barriers.ts";
import { chromiumPath, launch } from "./browser.ts";
import { tabTo } from "./foundations/looks-and-keys.ts";
import { takenOver } from "./taken-over.ts";

/** The console as a customer uses it: a key, a call by the official SDK, and the same amount wherever it is shown. */

const PASSWORD = "correct-horse-battery";
const MODELS = ["sim-large", "sim-small"] as const;
const user = (email: string, credit: number) => ({ email, password: PASSWORD, role: "customer", group: "default", ...(credit > 0 && { credit: { amount: credit, id: "opening" } }) });
const store = {
  shop: { name: "Corner Shop", sign_up: "closed" },
  groups: { default: { ratio: 0.9 } },
  models: [
    { id: MODELS[0], vendor: "acme", context: 32_000, max_output: 1_000, endpoints: ["chat"], price: { input: 3.333333, cache_read: 0.3, output: 15.000001 } },
    { id: MODELS[1], vendor: "acme", context: 32_000, max_output: 1_000, endpoints: ["chat"], price: { input: 0.1, output: 0.4 } },
    { id: "tail/*", vendor: "acme", context: 32_000, max_output: 1_000, endpoints: ["chat"], price: { input: 0.2, output: 0.8 } },
  ],
  channels: [{ name: "hidden-route", provider: "simulator", models: { "sim-large": "upstream-secret?tokens=40", "sim-small": "upstream-small?tokens=9", "tail/*": "*" }, groups: ["default"] }],
  users: [user("alice@example.com", 10), user("bob@example.com", 5), user("zero@example.com", 0), user("kay@example.com", 1)],
  codes: [{ code: "WELCOME-5", amount: 5, uses: 1, per_user: 1 }],
};

const executable = chromiumPath();
const browserTest = test.skipIf(executable === undefined);
let shop: Shop;
let browser: Browser;
let contexts: BrowserContext[] = [];
const problems: string[] = [];

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
  await Promise.all(contexts.map((context) => context.close()));
  contexts = [];
  expect(problems.splice(0)).toEqual([]);
});

type Look = Readonly<{ width?: number; dark?: boolean; locale?: "en" | "zh" }>;

async function signedIn(email: string, { width = 1440, dark = false, locale = "en" }: Look = {}): Promise<Page> {
  const context = await browser.newContext({ viewport: { width, height: width < 500 ? 844 : 900 }, colorScheme: dark ? "dark" : "light" });
  contexts.push(context);
  await context.addCookies([{ name: "mm-locale", value: locale, url: shop.url }]);
  const page = await context.newPage();
  page.on("pageerror", (error) => problems.push(error.message));
  page.on("console", (message) => {
    // Links ahead to pages of other parts are fetched in advance; whether those are there is not this test's matter.
    if (message.type() === "error" && !/console\/(?:wallet|settings)/.test(message.location().url)) problems.push(`${message.text()} ${message.location().url}`);
  });
  await page.goto(new URL("/sign-in", shop.url).href);
  await page.locator("input[type=email]").fill(email);
  await page.locator("input[type=password]").fill(PASSWORD);
  await page.locator("button[type=submit]").click();
  await page.waitForURL("**/console");
  return page;
}

const go = (page: Page, path: string) => page.goto(new URL(path, shop.url).href);

const spentNano = async (email: string): Promise<bigint> => {
  const [row] = await shop.sql<{ spent: bigint }>(
    `SELECT coalesce(sum(e.amount_nano), 0)::bigint AS spent FROM ledger_entries e JOIN accounts a ON a.id = e.account_id JOIN ledger_transactions t ON t.id = e.tx_id
      JOIN wallets w ON w.id = a.wallet_id JOIN users u ON u.id = w.owner_id WHERE t.kind = 'settlement' AND u.email = $1`, [email]);
  return row!.spent;
};

/** USD text of a receipt as whole pico-USD. */
function pico(text: string): bigint {
  const [whole = "0", fraction = ""] = text.trim().replace(/[$,]/g, "").split(".");
  return BigInt(whole) * 10n ** 12n + BigInt(fraction.padEnd(12, "0"));
}

async function makeKey(page: Page, name: string): Promise<string> {
  await go(page, "/console/keys/new");
  await page.getByLabel("Name", { exact: true }).fill(name);
  await page.getByRole("button", { name: "Create key" }).click();
  const secret = await page.locator("[data-secret]").textContent();
  await page.getByLabel("I have stored it").check();
  await page.getByRole("button", { name: "Done" }).click();
  await page.waitForURL("**/console/keys");
  return secret!;
}

browserTest("E-40: a key's secret is shown once: closing asks, and nothing later holds it", async () => {
  const page = await signedIn("alice@example.com");
  await go(page, "/console/keys/new");
  await page.getByRole("button", { name: "Create key" }).click();
  await page.getByText("Give the key a name.").waitFor();
  await page.getByLabel("Name", { exact: true }).fill("first");
  await page.getByRole("button", { name: "Create key" }).click();
  const secret = (await page.locator("[data-secret]").textContent())!;
  expect(secret).toMatch(/^sk-mm-[0-9A-Za-z]{40}$/);
  await page.getByRole("tab", { name: "Python", exact: true }).click();
  await expect(page.getByRole("tabpanel").textContent()).resolves.toContain(`api_key="${secret}"`);
  await page.getByRole("button", { name: "Test now" }).click();
  await page.getByText(/sim-large answered in .*\$0\.0/).waitFor();
  expect(await barriers(page)).toEqual([]);

  await page.getByRole("button", { name: "Done" }).click();
  await page.getByText("Have you stored the key?").waitFor();
  await page.getByRole("button", { name: "Close without storing" }).click();
  await page.waitForURL("**/console/keys");

  const answers: Promise<string>[] = [];
  page.on("response", (response) => {
    // The stream of hints has no end to wait for, and pages fetched ahead that are not there never hand out a body.
    if (response.ok() && !response.url().endsWith("/api/live")) answers.push(response.text().catch(() => ""));
  });
  await page.reload();
  await page.getByRole("link", { name: "first" }).click();
  await page.getByRole("link", { name: "History" }).click();
  await page.getByText("Created", { exact: true }).last().waitFor();
  const later = [...(await Promise.all(answers)), await page.content(), await page.evaluate(() => JSON.stringify([localStorage, sessionStorage]))];
  expect(later.filter((text) => text.includes(secret.slice(10, 30)))).toEqual([]);
});

browserTest("E-45: a call by the official SDK appears with its receipt without reload, and every page says the same amount", async () => {
  const page = await signedIn("alice@example.com");
  const secret = await makeKey(page, "sdk");
  await go(page, "/console/requests");
  await page.getByRole("table").waitFor();
  const client = new OpenAI({ baseURL: `${shop.url}/v1`, apiKey: secret });
  const { data: reply, response } = await client.chat.completions.create({ model: "sim-large", messages: [{ role: "user", content: "What does this cost?" }] }).withResponse();
  expect(reply.choices[0]?.message.content).toBeTruthy();
  const id = response.headers.get("x-request-id")!;
  const cost = BigInt(response.headers.get("x-modelmart-cost-nano-usd")!);

  await page.locator(`[data-row="${id}"]`).first().click();
  const receipt = page.getByRole("dialog");
  await receipt.locator("[data-charge]").waitFor();
  expect(BigInt((await receipt.locator("[data-charge]").getAttribute("data-charge"))!)).toBe(cost);
  const cells = await receipt.getByRole("table").locator("tbody tr td:last-child > span").evaluateAll((spans) => spans.map((span) => span.firstChild?.textContent ?? ""));
  const amounts = cells.map(pico);
  const [charged, rounding, sum] = [amounts.at(-1)!, amounts.length > 3 ? amounts.at(-2)! : 0n, amounts.length > 3 ? amounts.at(-3)! : amounts.at(-1)!];
  const lines = amounts.slice(0, amounts.length > 3 ? -3 : -1);
  expect(lines.reduce((all, line) => all + line, 0n)).toBe(sum);
  expect(sum + rounding).toBe(charged);
  expect(charged).toBe(cost * 1_000n);
  const points = await receipt.getByRole("table").locator("tbody tr td:last-child > span").evaluateAll((spans) => spans.map((span) => {
    const range = document.createRange();
    const at = span.firstChild!.textContent!.indexOf(".");
    range.setStart(span.firstChild!, at);
    range.setEnd(span.firstChild!, at + 1);
    return range.getBoundingClientRect().left;
  }));
  expect(points.length).toBeGreaterThan(2);
  expect(Math.max(...points) - Math.min(...points)).toBeLessThan(1);
  await receipt.locator('[data-rule="normal"]').waitFor();
  const html = await page.content();
  for (const hidden of ["hidden-route", "upstream-secret"]) expect(html).not.toContain(hidden);

  const spent = await spentNano("alice@example.com");
  await go(page, "/console/usage?from=-24h");
  await expect.poll(() => page.locator('data[data-metric="spend"]').getAttribute("value"), { timeout: 15_000 }).toBe(spent.toString());
  await go(page, "/console");
  await expect.poll(() => page.locator("[data-month]").getAttribute("data-month"), { timeout: 15_000 }).toBe(spent.toString());
  const csv = await (await page.request.get(new URL("/api/export/requests", shop.url).href)).text();
  const rows = csv.trim().split("\r\n").slice(1);
  expect(rows.reduce((all, row) => all + BigInt(row.split(",").at(-1)!.replace(".", "")), 0n)).toBe(spent);
  expect(await shop.brokenInvariants()).toEqual([]);

  const bob = await signedIn("bob@example.com");
  expect((await (await bob.request.get(new URL("/api/export/requests", shop.url).href)).text()).trim().split("\r\n")).toHaveLength(1);
  const answer = await bob.request.get(new URL(`/api/trpc/console.requests.receipt?input=${encodeURIComponent(JSON.stringify({ json: { id } }))}`, shop.url).href);
  expect(answer.status()).toBe(404);
});

browserTest("the search leads to a key by its name and to a receipt by its id; N leads to a new key", async () => {
  const page = await signedIn("bob@example.com");
  const secret = await makeKey(page, "night-shift");
  const client = new OpenAI({ baseURL: `${shop.url}/v1`, apiKey: secret });
  const { response } = await client.chat.completions.create({ model: "sim-small", messages: [{ role: "user", content: "Hello" }] }).withResponse();
  const id = response.headers.get("x-request-id")!;
  const find = async (text: string): Promise<void> => {
    await page.keyboard.press("Control+k");
    await page.getByRole("combobox").fill(text);
  };
  await find("night");
  await page.getByRole("option", { name: "night-shift" }).waitFor();
  expect(await barriers(page)).toEqual([]);
  await page.keyboard.press("Enter");
  await page.waitForURL(/console\/keys\/[0-9a-f-]{36}/);
  await find(id.toLowerCase());
  await page.getByRole("option", { name: id }).click();
  await page.waitForURL(`**/console/requests/${id}`);
  await page.getByRole("heading", { name: "Money trail" }).waitFor();
  await go(page, "/console/keys");
  await page.getByRole("table").waitFor();
  await page.keyboard.press("n");
  await page.waitForURL("**/console/keys/new");
});

browserTest("by keyboard alone: dialogs closed and left where they were opened, a secret copied, a code redeemed, the log filtered", async () => {
  const page = await signedIn("kay@example.com");
  page.setDefaultTimeout(10_000);
  await page.context().grantPermissions(["clipboard-read", "clipboard-write"]);
  const press = (...keys: readonly string[]) => keys.reduce((before, key) => before.then(() => page.keyboard.press(key)), Promise.resolve());
  const focused = (target: Locator) => expect.poll(() => target.evaluate((one) => one === document.activeElement), { timeout: 5_000 }).toBe(true);
  await go(page, "/console/keys");
  await takenOver(page);
  const make = page.locator("main").getByRole("link", { name: "New key" }).first();
  await tabTo(page, make);
  await press("Enter");
  await page.getByRole("dialog").waitFor();
  await press("Escape");
  await page.getByRole("dialog").waitFor({ state: "detached" });
  await focused(make);
  await press("Enter");
  await page.getByRole("dialog").waitFor();
  await tabTo(page, page.getByLabel("Name", { exact: true }));
  await page.keyboard.type("kay");
  await press("Enter");
  const secret = (await page.locator("[data-secret]").textContent())!;
  await tabTo(page, page.getByRole("dialog").getByRole("button", { name: "Copy" }).first());
  await press("Enter");
  await expect.poll(() => page.evaluate(() => navigator.clipboard.readText())).toBe(secret);
  // A secret that is shown once does not go by a slip of the hand.
  await press("Escape");
  await tabTo(page, page.getByLabel("I have stored it"));
  await press("Space");
  await tabTo(page, page.getByRole("button", { name: "Done" }));
  await press("Enter");
  await page.waitForURL("**/console/keys");
  await focused(page.getByRole("heading", { name: "API keys" }));

  await go(page, "/console/wallet");
  await takenOver(page);
  await tabTo(page, page.getByPlaceholder(/^XXXX/));
  await page.keyboard.type("welcome-5");
  await press("Enter");
  await page.locator("main").getByText("$6.00").first().waitFor();

  await go(page, "/console/requests");
  await takenOver(page);
  const add = page.getByRole("search").getByRole("button", { name: "Filter" });
  await tabTo(page, add);
  await press("Enter");
  await tabTo(page, page.getByRole("dialog").getByRole("button", { name: "Status" }));
  await press("Escape");
  await focused(add);
  await press("Enter");
  await tabTo(page, page.getByRole("dialog").getByRole("button", { name: "Status" }));
  await press("Enter");
  await tabTo(page, page.getByRole("dialog").getByRole("button", { name: "Error" }));
  await press("Enter");
  await page.waitForURL("**status=error*");
  const search = page.getByRole("searchbox");
  await press("/");
  await focused(search);
  // As slowly as people type: the list is asked for after the third letter, and the fourth still goes into the box.
  await page.keyboard.type("sim-", { delay: 450 });
  await page.waitForURL("**q=sim-*");
  await focused(search);
  await press("Escape");
  await page.waitForURL((url) => !url.searchParams.has("q"));
  await tabTo(page, page.getByRole("button", { name: /Remove.*Status/i }));
  await press("Enter");
  await page.waitForURL((url) => !url.searchParams.has("status"));
  await focused(page.getByRole("search"));
}, 60_000);

browserTest("without a session neither the export nor the hints are given", async () => {
  for (const path of ["/api/export/requests", "/api/live"]) expect((await fetch(new URL(path, shop.url))).status).toBe(401);
});

browserTest("E-52: the playground streams two models side by side, each reply with what its receipt says", async () => {
  const page = await signedIn("bob@example.com");
  const before = await spentNano("bob@example.com");
  await go(page, "/console/playground");
  await page.getByRole("button", { name: /^Write code/ }).click();
  await expect.poll(() => page.getByLabel("Message").inputValue()).toContain("SQL");
  await page.getByRole("button", { name: "Compare" }).click();
  await page.getByLabel("Message").fill("Hello");
  await page.getByRole("button", { name: "Send" }).click();
  await expect.poll(() => page.locator("[data-cost]").count(), { timeout: 20_000 }).toBe(2);
  const costs = await page.locator("[data-cost]").evaluateAll((spans) => spans.map((span) => BigInt(span.getAttribute("data-cost")!)));
  const shown = costs.reduce((sum, cost) => sum + cost, 0n);
  await expect.poll(() => spentNano("bob@example.com"), { timeout: 15_000 }).toBe(before + shown);
  expect(page.url()).toContain("with=sim-small");
  await page.getByRole("radio", { name: "Code" }).check({ force: true });
  await page.getByRole("tab", { name: "curl" }).waitFor();
  expect(await barriers(page)).toEqual([]);
  await page.getByRole("link", { name: "Receipt" }).first().click();
  await page.locator("[data-charge]").waitFor();
});

browserTest("a name below a wildcard is typed into the playground and into a key's models, and its receipt says whose price it was", async () => {
  const page = await signedIn("bob@example.com");
  await go(page, "/console/models");
  await page.getByText("Any name that begins so").first().waitFor();
  await go(page, "/console/playground");
  const model = page.getByRole("combobox", { name: "Model", exact: true });
  await model.fill("tail/brand-new");
  await page.getByRole("option", { name: "tail/brand-new" }).click();
  await expect.poll(() => new URL(page.url()).searchParams.get("model")).toBe("tail/brand-new");
  await page.getByLabel("Message").fill("Hello");
  await page.getByRole("button", { name: "Send" }).click();
  await page.locator("[data-cost]").waitFor();
  await page.getByRole("link", { name: "Receipt" }).first().click();
  await page.locator("[data-charge]").waitFor();
  const receipt = (await page.locator("main").textContent())!;
  expect([receipt.includes("tail/brand-new"), receipt.includes("tail/*")]).toEqual([true, true]);

  await go(page, "/console/keys/new");
  await page.getByLabel("Name", { exact: true }).fill("one of many");
  await page.getByText("Access", { exact: true }).click();
  await page.getByRole("combobox", { name: /^Models/ }).fill("tail/brand-new");
  await page.getByRole("option", { name: "tail/brand-new" }).click();
  await page.getByRole("button", { name: "Create key" }).click();
  const secret = (await page.locator("[data-secret]").textContent())!;
  const ask = (name: string) => fetch(new URL("/v1/chat/completions", shop.url), {
    method: "POST", headers: { authorization: `Bearer ${secret}`, "content-type": "application/json" }, body: JSON.stringify({ model: name, messages: [{ role: "user", content: "hi" }] }),
  });
  expect([(await ask("tail/brand-new")).status, (await ask("tail/other")).status]).toEqual([200, 403]);
}, 60_000);

browserTest("without credit the first steps say what to do, and the playground offers to top up", async () => {
  const page = await signedIn("zero@example.com");
  await page.locator('[data-step="credit"][data-done="false"]').waitFor();
  await go(page, "/console/playground");
  await page.getByRole("link", { name: "Top up" }).waitFor();
  await go(page, "/console/requests");
  await page.getByText("Waiting for the first request").waitFor();
});
