import type { Browser, BrowserContext, Page } from "playwright";
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { startShop, type Shop } from "../support/shop-process.ts";
import { keyOf } from "../support/shop-store.ts";
import { barriers } from "./barriers.ts";
import { chromiumPath, launch } from "./browser.ts";

/** How an operator runs the shop: what it earns, whose wallet is mended, whether the books hold, how it looks. */

const PASSWORD = "correct-horse-battery-staple";
const store = {
  shop: { name: "Corner Shop" },
  models: [{ id: "gpt-4o-mini", vendor: "openai", price: { input: 150, output: 600 } }, { id: "unpriced", endpoints: ["chat"] }],
  channels: [{ name: "main", provider: "simulator", models: ["gpt-4o-mini"], groups: ["default"], cost: { ratio: 0.5 } }],
  users: [
    { email: "owner@example.com", password: PASSWORD, role: "owner" },
    { email: "support@example.com", password: PASSWORD, role: "support" },
    { email: "finance@example.com", password: PASSWORD, role: "finance" },
    { email: "bob@example.com", password: PASSWORD, credit: { amount: 3, id: "opening" } },
    { email: "ann@example.com", password: PASSWORD, credit: { amount: 25, id: "opening" }, keys: [{ name: "app", secret: keyOf("ann") }] },
  ],
};

const executable = chromiumPath();
const browserTest = test.skipIf(executable === undefined);
const problems: string[] = [];
const cookies = new Map<string, Awaited<ReturnType<BrowserContext["cookies"]>>>();
let shop: Shop;
let browser: Browser;
let context: BrowserContext | undefined;
let annId: string;

type View = Readonly<{ width?: number; dark?: boolean; locale?: "en" | "zh"; as?: string }>;

async function open(path: string, { width = 1440, dark = false, locale = "en", as = "owner@example.com" }: View = {}): Promise<Page> {
  context = await browser.newContext({ viewport: { width, height: 900 }, colorScheme: dark ? "dark" : "light", reducedMotion: "reduce" });
  const page = await context.newPage();
  page.on("pageerror", (error) => problems.push(error.message));
  page.on("console", (message) => {
    if (message.type() === "error" && !/status of 40[134]/.test(message.text())) problems.push(message.text());
  });
  if (!cookies.has(as)) {
    await page.goto(new URL("/sign-in", shop.url).href);
    await page.getByLabel("E-mail").fill(as);
    await page.getByLabel("Password").first().fill(PASSWORD);
    await page.getByRole("button", { name: "Sign in" }).click();
    await page.waitForURL(/console|admin/);
    cookies.set(as, await context.cookies());
  }
  await context.clearCookies();
  await context.addCookies([...cookies.get(as)!.filter(({ name }) => name !== "mm-locale"), { name: "mm-locale", value: locale, url: shop.url }]);
  await page.goto(new URL(path, shop.url).href);
  await page.locator("h1").first().waitFor();
  return page;
}

beforeAll(async () => {
  if (executable === undefined) return;
  shop = await startShop({ role: "all", store, readyMs: 600_000 });
  browser = await launch(executable);
  for (let i = 0; i < 4; i += 1) {
    const answer = await fetch(`${shop.url}/v1/chat/completions`, {
      method: "POST", headers: { authorization: `Bearer ${keyOf("ann")}`, "content-type": "application/json" }, body: JSON.stringify({ model: "gpt-4o-mini", stream: true, messages: [{ role: "user", content: "hello ".repeat(20 * (i + 1)) }] }),
    });
    expect(answer.status).toBe(200);
    await answer.text();
  }
  annId = (await shop.sql<{ id: string }>("SELECT id FROM users WHERE email = 'ann@example.com'"))[0]!.id;
}, 620_000);
afterAll(async () => {
  await browser?.close();
  await shop?.stop();
});
afterEach(async () => {
  await context?.close();
  context = undefined;
  expect(problems.splice(0)).toEqual([]);
});

const settled = async (): Promise<bigint> => BigInt((await shop.sql<{ sum: string }>("SELECT coalesce(sum(charge_nano), 0)::text AS sum FROM charges"))[0]!.sum);
const shown = (page: Page, label: string): Promise<string | null> => page.getByRole("link", { name: new RegExp(`^${label}`) }).locator("data").first().getAttribute("value");

browserTest("the dashboard's figures are what was charged and what it cost, and lead to their rows", async () => {
  const page = await open("/admin");
  await page.getByRole("link", { name: /^Sold/ }).locator("data").waitFor();
  const sold = await settled();
  expect(sold).toBeGreaterThan(0n);
  expect(await shown(page, "Sold")).toBe(sold.toString());
  const [cost, margin] = [BigInt((await shown(page, "Cost"))!), BigInt((await shown(page, "Margin"))!)];
  expect(sold - cost).toBe(margin);
  await page.getByText("unpriced has no price").waitFor();
  await page.getByRole("link", { name: /^Sold/ }).click();
  await page.waitForURL("**/admin/requests?from=*");
  await page.getByRole("status").filter({ hasText: "4 requests" }).waitFor();
  expect(await page.getByRole("status").filter({ hasText: "4 requests" }).locator("data").first().getAttribute("value")).toBe(sold.toString());
});

browserTest("support sees the service and no money", async () => {
  const page = await open("/admin", { as: "support@example.com" });
  await page.getByRole("link", { name: /^Requests/ }).filter({ hasText: "4" }).first().waitFor();
  expect(await page.getByText("Margin").count()).toBe(0);
  expect((await page.goto(new URL("/admin/ledger", shop.url).href))?.status()).toBe(404);
});

browserTest("E-80 a balance is adjusted: the posting is on screen first, the reason is asked for, and it is in the ledger once", async () => {
  const page = await open(`/admin/users/${annId}`);
  await page.getByRole("button", { name: "Adjust balance" }).click();
  const dialog = page.getByRole("dialog");
  await dialog.getByLabel("Amount").fill("2.50");
  await dialog.getByRole("row", { name: /Goodwill/ }).waitFor();
  const give = dialog.getByRole("button", { name: "Give $2.50" });
  expect(await give.isDisabled()).toBe(true);
  await dialog.getByLabel("Reason").fill("outage of last night");
  await give.dblclick();
  await page.getByText("$2.50 given to ann@example.com").first().waitFor();
  expect(await shop.sql("SELECT t.reason, sum(e.amount_nano)::text AS moved FROM ledger_transactions t JOIN ledger_entries e ON e.tx_id = t.id WHERE t.kind = 'manual_adjustment' AND e.amount_nano > 0 GROUP BY t.id, t.reason"))
    .toEqual([{ reason: "outage of last night", moved: "2500000000" }]);
  await page.getByRole("link", { name: "Audit", exact: true }).click();
  await page.getByText("Balance adjusted").waitFor();
  await page.getByText("Reason: outage of last night").waitFor();
});

browserTest("what finance may not do alone is sent for approval, and the owner finds, reads and approves it", async () => {
  const bobId = (await shop.sql<{ id: string }>("SELECT id FROM users WHERE email = 'bob@example.com'"))[0]!.id;
  const page = await open(`/admin/users/${bobId}`, { as: "finance@example.com" });
  await page.getByRole("button", { name: "Adjust balance" }).click();
  const form = page.getByRole("dialog");
  await form.getByLabel("Amount").fill("50");
  await form.getByText("another person must approve it").waitFor();
  await form.getByLabel("Reason").fill("lost a day of work");
  await form.getByRole("button", { name: "Send for approval" }).dblclick();
  await page.getByText("Sent for approval").first().waitFor();
  await page.goto(new URL("/admin/approvals", shop.url).href);
  await page.getByRole("button", { name: "Take back" }).waitFor();
  expect(await page.getByRole("button", { name: "Approve" }).count()).toBe(0);
  await context?.close();

  const owners = await open("/admin");
  await owners.getByRole("link", { name: /\$50\.00 for bob@example\.com waits/ }).click();
  await owners.waitForURL("**/admin/approvals");
  const row = owners.getByRole("row", { name: /bob@example\.com/ });
  await row.getByText("lost a day of work").waitFor();
  await row.getByText("finance@example.com").waitFor();
  expect(await barriers(owners)).toEqual([]);
  await row.getByRole("button", { name: "Approve" }).click();
  const dialog = owners.getByRole("alertdialog");
  await dialog.getByLabel("Note").fill("seen the ticket");
  await dialog.getByRole("button", { name: "Approve" }).click();
  await owners.getByText("Nothing waits for approval").waitFor();
  await owners.getByText("Ended", { exact: true }).click();
  await owners.waitForURL("**/admin/approvals?show=ended");
  await owners.getByRole("row", { name: /bob@example\.com/ }).getByText("Approved").waitFor();
  expect(await shop.sql("SELECT lots_nano::text AS given FROM wallets WHERE owner_id = $1", [bobId])).toEqual([{ given: "50000000000" }]);
});

browserTest("a stopped account says so over every page of its console, until staff lift it with a reason", async () => {
  const bobId = (await shop.sql<{ id: string }>("SELECT id FROM users WHERE email = 'bob@example.com'"))[0]!.id;
  await shop.sql("UPDATE wallets SET status = 'restricted' WHERE owner_id = $1", [bobId]);
  const page = await open("/console/usage", { as: "bob@example.com", width: 390, dark: true });
  await page.getByText("disputed or under review").waitFor();
  expect(await barriers(page)).toEqual([]);
  await context?.close();
  const staff = await open(`/admin/users/${bobId}`);
  await staff.getByRole("button", { name: "More actions" }).click();
  await staff.getByRole("menuitem", { name: "Lift restriction" }).click();
  const dialog = staff.getByRole("alertdialog");
  expect(await dialog.getByRole("button", { name: "Lift restriction" }).isDisabled()).toBe(true);
  await dialog.getByLabel("Reason").fill("spoke to the bank");
  await dialog.getByRole("button", { name: "Lift restriction" }).click();
  await staff.getByText("The restriction is lifted").first().waitFor();
  expect(await shop.sql("SELECT status FROM wallets WHERE owner_id = $1", [bobId])).toEqual([{ status: "active" }]);
  expect(await shop.sql("SELECT reason FROM audit_log WHERE action = 'wallet.lift'")).toEqual([{ reason: "spoke to the bank" }]);
  await context?.close();
  const again = await open("/console/usage", { as: "bob@example.com" });
  expect(await again.getByText("disputed or under review").count()).toBe(0);
});

browserTest("E-86 the books hold, are broken by hand, go red everywhere, and hold again", async () => {
  const page = await open("/admin/ledger");
  await page.getByRole("button", { name: "Run now" }).click();
  await page.getByText("All hold").first().waitFor();
  const line = page.getByRole("listitem").filter({ hasText: "Every wallet equals its ledger accounts" });
  expect(await line.textContent()).toMatch(/0$/);
  await shop.sql("UPDATE wallets SET paid_nano = paid_nano + 1 WHERE owner_id = $1", [annId]);
  await page.getByRole("button", { name: "Run now" }).click();
  await page.getByText("I2: the books do not add up").first().waitFor();
  expect(await line.textContent()).toMatch(/1$/);
  expect(await barriers(page)).toEqual([]);
  await page.goto(new URL("/admin", shop.url).href);
  await page.getByRole("alert").filter({ hasText: "I2" }).waitFor();
  await page.getByText("I2 is broken").waitFor();
  await shop.sql("UPDATE wallets SET paid_nano = paid_nano - 1 WHERE owner_id = $1", [annId]);
  await page.goto(new URL("/admin/ledger", shop.url).href);
  await page.getByRole("button", { name: "Run now" }).click();
  await page.getByText("All hold").first().waitFor();
});

browserTest("E-30: name and colour are changed with their difference on screen, and the storefront has them at once", async () => {
  const page = await open("/admin/settings/shop");
  await page.getByRole("textbox", { name: "Name", exact: true }).fill("Lantern & Sons");
  await page.getByRole("link", { name: "Brand" }).click();
  await page.getByRole("textbox", { name: "Colour", exact: true }).fill("#aa3311");
  await page.getByRole("button", { name: "Review and save" }).click();
  const dialog = page.getByRole("dialog");
  await dialog.getByRole("row", { name: /Colour/ }).filter({ hasText: "#aa3311" }).waitFor();
  await dialog.getByRole("row", { name: /^Name/ }).filter({ hasText: "Corner Shop" }).filter({ hasText: "Lantern & Sons" }).waitFor();
  await dialog.getByRole("button", { name: "Save" }).click();
  await page.getByText("every node has it within a second").first().waitFor();
  const html = await (await fetch(new URL("/en", shop.url))).text();
  expect(html).toContain("Lantern &amp; Sons");
  const sheet = /href="(\/api\/brand\/style\?color=aa3311[^"]*)"/.exec(html)?.[1];
  expect(await (await fetch(new URL(sheet!, shop.url))).text()).toMatch(/--color-accent:light-dark\(#[0-9a-f]{6},#[0-9a-f]{6}\)/);
  await page.goto(new URL("/en", shop.url).href);
  expect(await page.evaluate(() => getComputedStyle(document.documentElement).getPropertyValue("--color-accent"))).toContain("aa3311");
});

browserTest("E-30: a logo, a colour too pale to be read and a legal page: the colour is adjusted in sight, and all three are public at once", async () => {
  const page = await open("/admin/settings/brand");
  const picture = await page.screenshot({ clip: { x: 0, y: 0, width: 64, height: 64 } });
  await page.locator("input[type=file]").setInputFiles({ name: "logo.png", mimeType: "image/png", buffer: picture });
  await page.getByText("The logo is stored").first().waitFor();
  await page.getByRole("textbox", { name: "Colour", exact: true }).fill("#ffe066");
  const becomes = page.getByRole("list", { name: "What becomes of it" }).getByRole("listitem");
  await becomes.first().getByText("#ffe066").waitFor();
  const light = await becomes.nth(1).locator("span").last().textContent();
  expect(light).toMatch(/^#(?!ffe066)[0-9a-f]{6}$/);
  await page.getByRole("link", { name: "Legal pages" }).click();
  await page.getByRole("textbox", { name: "Terms of service, English" }).fill("# Our terms\n\nBe **fair**.");
  await page.getByRole("button", { name: "Review and save" }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Save" }).click();
  await page.getByText("every node has it within a second").first().waitFor();
  const html = await (await fetch(new URL("/en", shop.url))).text();
  const sheet = /href="(\/api\/brand\/style\?color=ffe066&amp;logo=[0-9a-f]{16})"/.exec(html)![1]!.replace("&amp;", "&");
  const css = await (await fetch(new URL(sheet, shop.url))).text();
  expect(css).toContain(`--color-accent:light-dark(${light},`);
  const logo = await fetch(new URL(/url\(([^)]+)\)/.exec(css)![1]!, shop.url));
  expect([logo.headers.get("content-type"), Buffer.from(await logo.arrayBuffer()).equals(picture)]).toEqual(["image/png", true]);
  expect(html).toContain('href="/en/legal/terms"');
  expect(await (await fetch(new URL("/en/legal/terms", shop.url))).text()).toContain("<strong>fair</strong>");

  await page.getByRole("textbox", { name: "Terms of service, English" }).fill("# Our terms\n\nBe **kind**.");
  await page.getByRole("button", { name: "Review and save" }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Save" }).click();
  const terms = (query = "") => fetch(new URL(`/en/legal/terms${query}`, shop.url)).then((reply) => reply.text());
  await expect.poll(() => terms(), { timeout: 15_000 }).toContain("<strong>kind</strong>");
  expect(await terms()).toMatch(/Version (?:<!-- -->)?2(?:<!-- -->)?, in force since/);
  const older = await terms("?version=1");
  expect([older.includes("<strong>fair</strong>"), older.includes("It no longer holds."), older.includes("noindex")]).toEqual([true, true, true]);
  expect((await fetch(new URL("/en/legal/terms?version=3", shop.url))).status).toBe(404);
  await page.goto(new URL("/en/legal/terms?version=1", shop.url).href);
  expect(await barriers(page)).toEqual([]);
  // Who signs up agrees to the version that holds, and finds in the settings what it was.
  const reader = await open("/console/settings/data", { as: "bob@example.com" });
  const row = reader.getByRole("listitem").filter({ hasText: "Terms of service" });
  await row.getByText("Not agreed to yet").waitFor();
  await reader.getByRole("button", { name: "I agree" }).click();
  await row.getByRole("link", { name: "Version 2" }).waitFor();
  expect(await barriers(reader)).toEqual([]);
});

browserTest("E-31: an incident is written, reworded and resolved at the desk, and read on the status page, the model's page and in the feed", async () => {
  const page = await open("/admin/incidents");
  await page.getByRole("button", { name: "New incident" }).click();
  const dialog = page.getByRole("dialog");
  await dialog.getByText("Outage", { exact: true }).click();
  await dialog.getByLabel("Title, English").fill("No answers");
  await dialog.getByLabel("Title, Chinese").fill("没有回答");
  await dialog.getByLabel("What customers read, English").fill("We look into it.");
  expect(await barriers(page)).toEqual([]);
  await dialog.getByRole("button", { name: "Publish" }).click();
  await page.waitForURL(/open=/);
  const read = (path: string) => fetch(new URL(path, shop.url)).then((reply) => reply.text());
  expect(await read("/en/status")).toContain("We are working on an outage.");
  expect(await read("/zh/status")).toContain("没有回答");
  expect(await read("/en/models/openai/gpt-4o-mini")).toContain("No answers");

  const drawer = page.getByRole("dialog");
  await drawer.getByRole("button", { name: "Edit this text" }).click();
  await drawer.getByLabel("What customers read, English").last().fill("We are looking into it.");
  await drawer.getByRole("button", { name: "Save" }).first().click();
  await drawer.getByText("We are looking into it.").waitFor();
  await drawer.getByRole("combobox", { name: "Stage" }).click();
  await page.getByRole("option", { name: "Resolved" }).click();
  await drawer.getByLabel("What customers read, English").first().fill("Mended.");
  await drawer.getByRole("button", { name: "Resolve" }).click();
  await page.getByText("The incident is resolved").first().waitFor();
  expect(await barriers(page)).toEqual([]);

  const status = await read("/en/status");
  expect([status.includes("We are working on an outage."), status.includes("Past incidents"), status.includes("We are looking into it."), status.includes("Mended.")]).toEqual([false, true, true, true]);
  const feed = await read("/zh/status.xml");
  expect([feed.includes("<title>没有回答：已解决</title>"), feed.match(/<entry>/g)?.length]).toEqual([true, 2]);
  await page.goto(new URL("/zh/status", shop.url).href);
  await page.getByText("没有回答").click();
  expect(await barriers(page)).toEqual([]);
});

browserTest("E-30: the default language is for visitors who name none", async () => {
  const to = async (language: string): Promise<string | null> => (await fetch(new URL("/", shop.url), { redirect: "manual", headers: { "accept-language": language } })).headers.get("location");
  expect(await to("fr")).toMatch(/\/en$/);
  await shop.apply({ settings: { shop: { default_locale: "zh" } } });
  await expect.poll(() => to("fr"), { timeout: 15_000 }).toMatch(/\/zh$/);
  expect(await to("en")).toMatch(/\/en$/);
  await shop.apply({ settings: { shop: { default_locale: "en" } } });
});

browserTest("E-88 a setting is found by a word of the other language", async () => {
  const page = await open("/admin/settings/shop");
  await page.getByRole("searchbox", { name: "Find a setting" }).fill("透支");
  await page.getByText("money.overdraft").waitFor();
  await page.getByRole("searchbox", { name: "Find a setting" }).fill("nothing like it");
  await page.getByText("money.overdraft").waitFor({ state: "detached" });
});

browserTest("any id leads to its page from the palette", async () => {
  const id = (await shop.sql<{ id: string }>("SELECT id FROM charges ORDER BY id DESC LIMIT 1"))[0]!.id;
  const page = await open("/admin");
  await page.keyboard.press("Control+k");
  await page.getByRole("dialog").getByRole("combobox").fill(id);
  await page.getByRole("option", { name: /req_/ }).click();
  await page.waitForURL("**/admin/requests/req_*");
  await page.getByRole("heading", { name: "Tries" }).waitFor();
});
