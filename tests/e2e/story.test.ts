import { readFile } from "node:fs/promises";
import OpenAI from "openai";
import type { Browser, Page } from "playwright";
import { afterAll, beforeAll, expect, test } from "vitest";
import { startShop, type Shop } from "../support/shop-process.ts";
import { uuidOf } from "../support/shop-store.ts";
import { startStripeServer, TEST_KEY, TEST_WEBHOOK_SECRET, type StripeServer } from "../support/stripe-server.ts";
import { until } from "../support/until.ts";
import { startVendor, type Vendor } from "../support/vendor.ts";
import { chat, json, usage } from "../support/vendor-scripts.ts";
import { chromiumPath, launch } from "./browser.ts";
import { emptyStations, newPerson, type Leg, type Person } from "./journey.ts";
import { takenOver } from "./taken-over.ts";

/** From an empty folder to a sold answer: one operator, one customer, two browsers, and no file edited. */

const OWNER = { email: "owner@example.com", password: "correct-horse-battery-staple" };
const CUSTOMER = { email: "alice@example.com", password: "quiet-lantern-river" };
const GIFTED = { email: "bob@example.com", password: "seven-paper-kites" };
const MODEL = "gpt-4o-mini";
const ANSWER = "A lantern costs what its light is worth.";
/** Cached tokens at 30 % above the list price are parts of a nano-USD, so the receipt has something to round. */
const TOLD = usage(1_203, 17, { prompt_tokens_details: { cached_tokens: 1_001 } });
const OPERATOR_CLICKS_MAX = 14;
const CUSTOMER_CLICKS_MAX = 9;
/** With credit that is given rather than bought. */
const GIFTED_CLICKS_MAX = 6;
const WHY_CLICKS_MAX = 3;

const executable = chromiumPath();
const browserTest = test.skipIf(executable === undefined);
let shop: Shop;
let vendor: Vendor;
let stripe: StripeServer;
let browser: Browser;

beforeAll(async () => {
  if (executable === undefined) return;
  await emptyStations();
  vendor = await startVendor();
  vendor.on("", json({ object: "list", data: [MODEL, "gpt-4.1", "house-model-7b"].map((id) => ({ id, object: "model" })) }));
  vendor.on(MODEL, chat({ text: ANSWER, usage: TOLD, gapMs: 5 }));
  stripe = await startStripeServer();
  browser = await launch(executable);
});
afterAll(async () => {
  await browser?.close();
  await shop?.stop();
  await Promise.all([vendor?.close(), stripe?.stop()]);
});

browserTest("the story: an empty folder becomes a shop that sells, and every amount in it agrees", { timeout: 600_000 }, async () => {
  shop = await startShop({ role: "all", env: { STRIPE_SECRET_KEY: TEST_KEY, STRIPE_WEBHOOK_SECRET: TEST_WEBHOOK_SECRET, STRIPE_API_BASE: stripe.url } });
  stripe.hooks.url = `${shop.url}/api/webhooks/stripe`;
  const operator = await newPerson(browser, shop.url);
  await setUp(operator);
  await firstSale(operator);
  const opening = operator.leg();
  const [code, gift] = await makeCodes(operator);
  const batch = operator.leg();
  const token = await makeToken(operator);

  const customer = await newPerson(browser, shop.url);
  const secret = await signUpAndMakeKey(customer, CUSTOMER);
  await payByCard(customer);
  const call = await firstCall(customer, secret);
  const buying = customer.leg();
  await redeem(customer, code);
  const seen = await watchLive(customer, secret);
  const why = await readReceipt(customer, call.id, call.charge);
  await secretIsGone(customer, secret);

  const gifted = await newPerson(browser, shop.url);
  await startWithGift(gifted, gift);
  const starting = gifted.leg();

  await readDashboard(operator, token);
  expect(await shop.brokenInvariants()).toEqual([]);
  tell({
    "operator, set-up link to the receipt of the first sold request": opening, "operator, a batch of codes": batch, "customer, storefront to the first answer, paid by card": buying,
    "customer, storefront to the first answer, with a gift": starting, "customer, from the wallet to why a request cost what it did": why,
  });
  console.info(`seen without reload after: ${seen.map((ms) => `${Math.round(ms)} ms`).join(", ")}`);
  expect(opening.clicks).toBeLessThanOrEqual(OPERATOR_CLICKS_MAX);
  expect(buying.clicks).toBeLessThanOrEqual(CUSTOMER_CLICKS_MAX);
  expect(starting.clicks).toBeLessThanOrEqual(GIFTED_CLICKS_MAX);
  expect(why.clicks).toBeLessThanOrEqual(WHY_CLICKS_MAX);
  expect([...operator.problems, ...customer.problems, ...gifted.problems]).toEqual([]);
});

const tell = (legs: Readonly<Record<string, Leg>>): void => {
  for (const [name, { clicks, seconds }] of Object.entries(legs)) console.info(`${name}: ${clicks} clicks, ${seconds} s`);
};

/** From the printed link to the first sold request: every step in one wizard, the way a new operator goes. */
async function setUp(operator: Person): Promise<void> {
  const { page } = operator;
  const link = /http\S+\/setup\?token=\S+/.exec(shop.output())?.[0];
  expect(link).toBeDefined();
  const goOn = page.getByRole("button", { name: "Go on" });
  await operator.open(link!);
  await operator.station("01-set-up-link");
  await operator.type("E-mail", OWNER.email);
  await operator.type("Password", OWNER.password);
  await operator.click(goOn);
  await page.waitForURL("**/setup?step=shop");
  await takenOver(page);
  await operator.type("Name of the shop", "Lantern");
  await operator.station("02-the-shop");
  await operator.click(goOn);
  const template = page.getByRole("button").filter({ hasText: "api.openai.com" });
  await template.waitFor();
  await operator.station("03-vendors");
  await operator.click(template);
  await operator.type("Name", "main");
  await operator.type(/Base address/, vendor.url);
  await operator.type("Keys", "sk-vendor-0123456789abcdef0123456789");
  await page.getByText("1 new, 0 here already").waitFor();
  await operator.station("04-connect");
  await operator.click(page.getByRole("button", { name: "Save and test" }));
  await page.getByText(/Models listed, 3 models passed/).waitFor();
  await operator.station("05-test");
  await operator.click(goOn);
  await page.getByRole("heading", { name: "What do you charge?" }).waitFor();
  await operator.type("You pay", "0.8");
  await page.getByText("38.5%").filter({ visible: true }).first().waitFor();
  await operator.station("06-prices");
  await operator.click(page.getByRole("button", { name: "Publish 2 models" }));
  await page.getByRole("heading", { name: "How do customers pay?" }).waitFor();
  await operator.station("07-payments");
  await operator.click(goOn);
  await page.getByRole("heading", { name: "How does the shop write?" }).waitFor();
  await operator.station("08-mail");
  await operator.click(page.getByRole("button", { name: "Later" }));
  await page.getByText("Waiting for the first request").waitFor();
  await operator.station("09-done");
}

/** What stands on the last page is run as it stands, and the page tells of the sale without being loaded anew. */
async function firstSale(operator: Person): Promise<void> {
  const { page } = operator;
  await page.evaluate(() => void Object.assign(window, { stayed: true }));
  await operator.click(page.getByRole("button", { name: "Copy" }).first());
  const command = await page.evaluate(() => navigator.clipboard.readText());
  const [, url = "", secret = "", body = ""] = /curl (\S+)[\s\S]*Bearer (\S+)"[\s\S]*-d '([\s\S]*)'/.exec(command) ?? [];
  const response = await fetch(url, { method: "POST", headers: { authorization: `Bearer ${secret}`, "content-type": "application/json" }, body });
  expect(response.status).toBe(200);
  await response.text();
  await page.getByText(/First request sold: \$0\.0\d+, margin \$0\.0/).waitFor();
  expect(await page.evaluate(() => "stayed" in window)).toBe(true);
  await operator.station("10-first-sale");
  await operator.click(page.getByRole("link", { name: "Open the receipt" }));
  await page.waitForURL("**/admin/requests/req_**");
}

/** @returns two codes of a batch */
async function makeCodes(operator: Person): Promise<readonly [string, string]> {
  const { page } = operator;
  await operator.click(page.getByRole("link", { name: "Codes" }));
  await operator.click(page.getByRole("button", { name: "New batch" }).first());
  await operator.type("Name", "Opening");
  await operator.type("Credit of each code", "2.50");
  await operator.type("How many", "5");
  await operator.type("Reason", "for the first customers");
  await operator.station("11-code-batch");
  await operator.click(page.getByRole("button", { name: "Make codes" }));
  const waiting = page.waitForEvent("download");
  await operator.click(page.getByRole("button", { name: "Download CSV" }));
  const csv = await readFile(await (await waiting).path(), "utf8");
  await operator.click(page.getByLabel("I have stored the file"));
  await operator.click(page.getByRole("button", { name: "Done" }));
  await page.getByText("The codes were shown once").waitFor();
  await operator.station("12-codes");
  const [, first = "", second = ""] = csv.trim().split("\r\n").map((line) => line.split(",")[0]!);
  return [first, second];
}

async function makeToken(operator: Person): Promise<string> {
  const { page } = operator;
  await operator.open("/admin/staff");
  await page.getByRole("button", { name: "New token" }).click();
  await operator.type("Name", "the books");
  await page.getByRole("button", { name: "Make the token" }).click();
  const token = await page.getByRole("textbox", { name: "Token" }).inputValue();
  await page.getByRole("button", { name: "Done" }).click();
  return token;
}

async function signUpAndMakeKey(customer: Person, { email, password }: typeof CUSTOMER): Promise<string> {
  const { page } = customer;
  await page.goto("/en");
  await page.getByText(MODEL).first().waitFor();
  await customer.station("20-storefront");
  customer.leg(); // the landing page stands: the clock starts
  await customer.click(page.getByRole("banner").getByRole("link", { name: "Get a key" }));
  await takenOver(page);
  await customer.type("E-mail", email);
  await customer.type("Password", password);
  await customer.station("21-sign-up");
  await customer.click(page.getByRole("button", { name: "Create account" }));
  await page.waitForURL("**/onboarding");
  await page.getByText("Without credit the first call").waitFor();
  await customer.station("22-first-steps");
  await customer.click(page.getByRole("button", { name: "Create key" }));
  await page.locator("[data-secret]").waitFor();
  await customer.station("23-key");
  await customer.click(page.getByRole("button", { name: "Copy key" }));
  await page.getByRole("button", { name: "Copied" }).waitFor();
  const secret = await page.evaluate(() => navigator.clipboard.readText());
  await customer.click(page.getByRole("button", { name: "I have stored it" }));
  await page.locator("[data-secret]").waitFor({ state: "detached" });
  return secret;
}

/** A new customer who was given a code pays nothing and leaves the first page for nothing. */
async function startWithGift(customer: Person, code: string): Promise<void> {
  const { page } = customer;
  const secret = await signUpAndMakeKey(customer, GIFTED);
  await customer.type("Code", code);
  await customer.click(page.getByRole("button", { name: "Redeem" }));
  await page.getByText("$2.50 to spend.").waitFor();
  await firstCall(customer, secret);
}

async function redeem(customer: Person, code: string): Promise<void> {
  const { page } = customer;
  await customer.open("/console/wallet");
  await customer.type("Code", code.toLowerCase().replaceAll("-", " "));
  await customer.click(page.getByRole("button", { name: "Redeem" }));
  await page.getByText("$2.50 added to your wallet").waitFor();
  await customer.station("24-code-redeemed");
}

async function payByCard(customer: Person): Promise<void> {
  const { page } = customer;
  await customer.click(page.getByRole("button", { name: "Pay $20.00" }));
  await page.waitForURL(`${stripe.url}/**`);
  await page.getByText("20.00 USD").first().waitFor();
  await customer.station("25-checkout");
  await customer.click(page.getByRole("button", { name: "Pay", exact: true }));
  await page.waitForURL("**/console/wallet/return**");
  await page.getByText("$20.00 are in your wallet").waitFor();
  await page.getByRole("link", { name: /\$20\.00/ }).first().waitFor();
  await customer.station("26-paid");
  await customer.click(page.getByRole("link", { name: "Go on to the first call" }));
  await page.getByText("$20.00 to spend.").waitFor();
}

type Call = Readonly<{ id: string; charge: bigint }>;

/** One answer as a stream, by the official package. */
async function stream(secret: string): Promise<string> {
  const client = new OpenAI({ baseURL: `${shop.url}/v1`, apiKey: secret, maxRetries: 0 });
  const { data, response } = await client.chat.completions
    .create({ model: MODEL, stream: true, messages: [{ role: "user", content: "What does a lantern cost?" }] }).withResponse();
  let text = "";
  for await (const chunk of data) text += chunk.choices[0]?.delta.content ?? "";
  expect(text).toBe(ANSWER);
  return response.headers.get("x-request-id")!;
}

/** What the books say of a request, once it is settled. */
const chargeOf = (id: string): Promise<bigint> =>
  until(`the charge of ${id}`, async () => {
    const [row] = await shop.sql<{ charge: string }>("SELECT charge_nano::text AS charge FROM charges WHERE id = $1", [uuidOf(id)]);
    return row && BigInt(row.charge);
  }, { timeoutMs: 10_000 });

const availableNano = async (): Promise<bigint> => {
  const [row] = await shop.sql<{ nano: string }>("SELECT (w.paid_nano + w.lots_nano - w.debt_nano)::text AS nano FROM wallets w JOIN users u ON u.id = w.owner_id WHERE u.email = $1", [CUSTOMER.email]);
  return BigInt(row!.nano);
};

async function firstCall(customer: Person, secret: string): Promise<Call> {
  const { page } = customer;
  expect(secret).toMatch(/^sk-mm-/);
  const id = await stream(secret);
  await page.getByText(new RegExp(`${MODEL} answered\\. It cost \\$0\\.0`)).waitFor();
  await customer.station("27-first-answer");
  return { id, charge: await chargeOf(id) };
}

/**
 * Two further answers while the console is looked at; a mark on the window tells whether it was loaded anew.
 *
 * @returns milliseconds from each answer's end until the page shows it
 */
async function watchLive(customer: Person, secret: string): Promise<readonly number[]> {
  const { page } = customer;
  const reloaded = (): Promise<boolean> => page.evaluate(() => !("stayed" in window));
  const mark = (): Promise<void> => page.evaluate(() => void Object.assign(window, { stayed: true }));

  await page.goto("/console");
  await takenOver(page);
  await mark();
  const before = BigInt((await page.locator("[data-available]").getAttribute("data-available"))!);
  expect(before).toBe(await availableNano());
  const second = await stream(secret);
  const secondAt = performance.now();
  const charge = await chargeOf(second);
  await expect.poll(async () => BigInt((await page.locator("[data-available]").getAttribute("data-available"))!), { timeout: 20_000 }).toBe(before - charge);
  await page.locator(`a[href*="${second}"]`).waitFor();
  const secondMs = performance.now() - secondAt;
  expect(await reloaded()).toBe(false);
  await customer.station("30-overview-live");

  await page.goto("/console/requests");
  await page.getByRole("table").waitFor();
  await mark();
  const third = await stream(secret);
  const thirdAt = performance.now();
  await page.locator(`[data-row="${third}"]`).first().waitFor();
  const now = before - charge - await chargeOf(third);
  await page.locator(`a[href="/console/wallet"] data[value="${now}"]`).first().waitFor();
  const thirdMs = performance.now() - thirdAt;
  expect(await reloaded()).toBe(false);
  await customer.station("31-requests-live");
  return [secondMs, thirdMs];
}

/** USD text as whole pico-USD. */
function pico(text: string): bigint {
  const [whole = "0", fraction = ""] = text.trim().replace(/[$,]/g, "").split(".");
  return BigInt(whole) * 10n ** 12n + BigInt(fraction.padEnd(12, "0"));
}

/**
 * From a line of the wallet to the receipt behind it. There the lines stand as they were settled: each quantity × price is
 * its amount, all of them the sum, and with the rounding the charge.
 */
async function readReceipt(customer: Person, id: string, charge: bigint): Promise<Leg> {
  const { page } = customer;
  await page.goto("/console/wallet");
  await page.getByRole("table", { name: "Transactions" }).waitFor();
  customer.leg();
  await customer.click(page.getByRole("table", { name: "Transactions" }).getByRole("link", { name: "Requests" }).first());
  await customer.click(page.locator(`[data-row="${id}"]`).first());
  const receipt = page.getByRole("dialog");
  await receipt.locator("[data-charge]").waitFor();
  const rows = await receipt.getByRole("table").locator("tbody tr").evaluateAll((all) =>
    all.map((row) => [...row.querySelectorAll("td")].map((cell) => ("firstChild" in (cell.firstElementChild ?? {}) ? cell.firstElementChild?.firstChild?.textContent : undefined) ?? cell.textContent ?? "")));
  const lines = rows.filter((cells) => cells.length === 4 && cells[1] !== "");
  expect(lines.map((cells) => cells[1]?.replace(/[^\d]/g, ""))).toEqual(["202", "1001", "17"]);
  for (const [, quantity = "", price = "", amount = ""] of lines) expect(BigInt(quantity.replace(/[^\d]/g, "")) * pico(/[\d.]+/.exec(price)![0]) / 1_000_000n).toBe(pico(amount));
  const [sum, rounding, charged] = rows.slice(lines.length).map((cells) => pico(cells.at(-1)!));
  expect(lines.reduce((all, cells) => all + pico(cells[3]!), 0n)).toBe(sum);
  expect(sum! + rounding!).toBe(charged);
  expect(charged).toBe(charge * 1_000n);
  expect(BigInt((await receipt.locator("[data-charge]").getAttribute("data-charge"))!)).toBe(charge);
  const way = customer.leg();
  await customer.station("32-receipt");
  return way;
}

async function secretIsGone(customer: Person, secret: string): Promise<void> {
  const { page } = customer;
  for (const address of ["/onboarding", "/console/keys"]) {
    await page.goto(address);
    await takenOver(page);
    await page.getByText("My first key").first().waitFor();
    expect(await page.content()).not.toContain(secret.slice(10, 30));
  }
  await customer.station("33-keys");
}

type Listed = Readonly<{ data: readonly Readonly<{ user: string | null; charge_nano_usd: string; cost_nano_usd: string }>[]; next_cursor: string | null }>;

const settled = (page: Page): Promise<unknown> => page.waitForFunction(() => document.querySelector(".skeleton, [aria-busy=true]") === null);

/** Sold, cost and margin on the dashboard are the ledger's and the sum of what the REST interface lists, to the nano-USD. */
async function readDashboard(operator: Person, token: string): Promise<void> {
  const { page } = operator;
  const { status, body } = await shop.rest<Listed>("/requests?limit=500", { token });
  expect([status, body.next_cursor]).toEqual([200, null]);
  const sold = body.data.reduce((all, { charge_nano_usd: nano }) => all + BigInt(nano), 0n);
  const cost = body.data.reduce((all, { cost_nano_usd: nano }) => all + BigInt(nano), 0n);
  const bought = body.data.filter(({ user }) => user === CUSTOMER.email);
  expect([bought.length, body.data.length]).toEqual([3, 5]);
  expect(bought.reduce((all, { charge_nano_usd: nano }) => all + BigInt(nano), 0n)).toBe(22_500_000_000n - await availableNano());
  const [ledger] = await shop.sql<{ sold: string; cost: string }>(
    `SELECT coalesce(-sum(e.amount_nano) FILTER (WHERE a.code = 'revenue:usage'), 0)::text AS sold, coalesce(-sum(e.amount_nano) FILTER (WHERE a.code LIKE 'upstream:%'), 0)::text AS cost
       FROM ledger_entries e JOIN accounts a ON a.id = e.account_id`);
  await page.goto("/admin");
  const figure = (label: string): Promise<string | null> => page.getByRole("link", { name: new RegExp(`^${label}`) }).locator("data").first().getAttribute("value");
  await expect.poll(() => figure("Sold"), { timeout: 45_000 }).toBe(sold.toString());
  expect([await figure("Cost"), await figure("Margin")]).toEqual([cost.toString(), (sold - cost).toString()]);
  expect(ledger).toEqual({ sold: sold.toString(), cost: cost.toString() });
  expect(await figure("Top-ups")).toBe("20000000000");
  await settled(page);
  await operator.station("40-dashboard");
  await page.goto("/admin/ledger");
  await page.getByRole("heading", { level: 1 }).waitFor();
  await settled(page);
  await operator.station("41-ledger");
}
