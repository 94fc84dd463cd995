import type { Browser, BrowserContext, Page } from "playwright";
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { startShop, type Shop } from "../support/shop-process.ts";
import { barriers } from "./barriers.ts";
import { chromiumPath, launch } from "./browser.ts";

/** The kit and the frames around the screens, in a real browser: every component in every state, by keyboard too. */

const PASSWORD = "correct-horse-battery-staple";
const people = { alice: "customer", sam: "support", olga: "owner" } as const;
type Person = keyof typeof people;
const store = {
  shop: { name: "Corner Shop", sign_up: "closed" },
  groups: { default: { ratio: 1 } },
  users: Object.entries(people).map(([name, role]) => ({ email: `${name}@example.com`, password: PASSWORD, role, group: "default", ...(role === "customer" && { credit: { amount: 10, id: "opening" } }) })),
};

const executable = chromiumPath();
const sessions = new Map<Person, Awaited<ReturnType<BrowserContext["storageState"]>>>();
const problems: string[] = [];
let shop: Shop;
let browser: Browser;
let context: BrowserContext;

type Look = Readonly<{ width?: number; dark?: boolean; locale?: "en" | "zh"; calm?: boolean }>;

async function open(who: Person, path: string, { width = 1440, dark = false, locale = "en", calm = true }: Look = {}): Promise<Page> {
  context = await browser.newContext({ viewport: { width, height: 844 }, colorScheme: dark ? "dark" : "light", reducedMotion: calm ? "reduce" : "no-preference", storageState: await sessionOf(who) });
  await context.addCookies([{ name: "mm-locale", value: locale, url: shop.url }]);
  const page = await context.newPage();
  page.on("pageerror", (error) => problems.push(error.message));
  page.on("console", (message) => {
    if (message.type() === "error" && !/status of 404/.test(message.text())) problems.push(message.text());
  });
  await page.goto(new URL(path, shop.url).href);
  await answering(page);
  return page;
}

/** Clicks before React has taken the page over would be lost; it marks the elements that it has. */
const answering = (page: Page) => page.waitForFunction(() => Object.keys(document.querySelector("main") ?? {}).some((key) => key.startsWith("__reactFiber")));

/** Signs in once a person. */
async function sessionOf(who: Person) {
  const known = sessions.get(who);
  if (known) return known;
  const fresh = await browser.newContext();
  const page = await fresh.newPage();
  await page.goto(new URL("/sign-in", shop.url).href);
  await answering(page);
  await page.getByLabel("E-mail").fill(`${who}@example.com`);
  await page.getByLabel("Password").fill(PASSWORD);
  await page.getByRole("button", { name: "Sign in" }).click();
  await page.waitForURL("**/console");
  const state = await fresh.storageState();
  sessions.set(who, state);
  await fresh.close();
  return state;
}

const overflow = (page: Page): Promise<number> => page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
const focused = (page: Page): Promise<string> => page.evaluate(() => document.activeElement?.getAttribute("aria-label") ?? document.activeElement?.textContent?.trim() ?? "");

const browserTest = test.skipIf(executable === undefined);

beforeAll(async () => {
  if (executable === undefined) return;
  shop = await startShop({ role: "all", store, env: { MODELMART_DEV_PAGES: "true" } });
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
  ["en", 1440, false], ["en", 390, true], ["zh", 1440, true], ["zh", 390, false], ["en", 320, false],
] as const)("the gallery in %s at %i px (dark: %s): nobody is shut out, nothing is wider than the screen", async (locale, width, dark) => {
  const page = await open("olga", "/admin/dev/ui", { width, dark, locale });
  await expect(page.locator("html").getAttribute("lang")).resolves.toBe(locale);
  expect(await page.getByRole("heading", { level: 1 }).count()).toBe(1);
  expect(await overflow(page)).toBeLessThanOrEqual(0);
  expect(await barriers(page)).toEqual([]);
});

browserTest.each([[1440, false], [390, true]] as const)("what opens at %i px (dark: %s) shuts nobody out", async (width, dark) => {
  const page = await open("olga", "/admin/dev/ui", { width, dark });
  for (const name of ["Open dialog", "Refund", "Open drawer"]) {
    await page.getByRole("button", { name, exact: true }).click();
    await page.locator("[role=dialog], [role=alertdialog]").waitFor();
    expect(await barriers(page)).toEqual([]);
    await page.keyboard.press("Escape");
    await page.locator("[role=dialog], [role=alertdialog]").waitFor({ state: "detached" });
  }
  await page.getByRole("button", { name: "Actions of ci-review" }).click();
  await page.getByRole("menu").waitFor();
  expect(await barriers(page)).toEqual([]);
});

browserTest("a dialog takes the keyboard, keeps it, and gives it back", async () => {
  const page = await open("olga", "/admin/dev/ui");
  const opener = page.getByRole("button", { name: "Open dialog" });
  await opener.focus();
  await page.keyboard.press("Enter");
  const dialog = page.getByRole("dialog", { name: "New key" });
  await dialog.waitFor();
  await page.waitForFunction(() => document.activeElement?.tagName === "INPUT");
  await page.keyboard.type("ci-review");
  await expect(dialog.getByLabel("Key name").inputValue()).resolves.toBe("ci-review");
  for (let presses = 0; presses < 8; presses += 1) {
    await page.keyboard.press("Tab");
    // The guard at either end hands the focus on.
    await page.waitForFunction(() => document.activeElement?.closest("[role=dialog]") !== null);
  }
  await page.keyboard.press("Escape");
  await dialog.waitFor({ state: "detached" });
  expect(await focused(page)).toBe("Open dialog");
});

browserTest("a heavy act waits for the typed amount and a reason, and passes the reason on", async () => {
  const page = await open("olga", "/admin/dev/ui");
  await page.getByRole("button", { name: "Refund", exact: true }).click();
  const dialog = page.getByRole("alertdialog");
  const confirm = dialog.getByRole("button", { name: "Refund" });
  await dialog.getByLabel("Type 12.50").fill("12.5");
  await dialog.getByLabel("Reason").fill("charged twice");
  expect(await confirm.isDisabled()).toBe(true);
  await dialog.getByLabel("Type 12.50").fill("12.50");
  expect(await confirm.isDisabled()).toBe(false);
  await confirm.click();
  await page.getByText("charged twice").first().waitFor();
});

browserTest("deleting starts at Cancel, and what failed is said in the dialog", async () => {
  const page = await open("olga", "/admin/dev/ui");
  await page.getByRole("button", { name: "Delete channel", exact: true }).click();
  await page.waitForFunction(() => document.activeElement?.textContent === "Cancel");
  await page.keyboard.press("Enter");
  await page.getByRole("alertdialog").waitFor({ state: "detached" });
  await page.getByRole("button", { name: "Fails" }).click();
  await page.getByRole("button", { name: "Publish" }).click();
  await page.getByRole("alertdialog").getByText("Changed by Jo 2 min ago.").waitFor();
});

browserTest("a menu is walked by arrows, skips what is off, and its acts run", async () => {
  const page = await open("olga", "/admin/dev/ui");
  await page.getByRole("button", { name: "Actions of ci-review" }).focus();
  await page.keyboard.press("Enter");
  await page.waitForFunction(() => document.activeElement?.textContent === "Edit");
  await page.keyboard.press("End");
  expect(await focused(page)).toBe("Revoke");
  await page.keyboard.press("Home");
  await page.keyboard.press("Enter");
  await page.getByRole("menu").waitFor({ state: "detached" });
  expect(await focused(page)).toBe("Actions of ci-review");
});

browserTest("Z takes the last act back", async () => {
  const page = await open("olga", "/admin/dev/ui");
  await page.getByRole("button", { name: "With undo" }).click();
  await page.getByText("Channel switched off").first().waitFor();
  await page.keyboard.press("z");
  await page.getByText("Channel switched on again").first().waitFor();
});

browserTest.each([1440, 390])("what is not saved stands at the bottom at %i px, and leaving asks", async (width) => {
  const page = await open("olga", "/admin/dev/ui", { width });
  await page.getByRole("button", { name: "Change something" }).click();
  const bar = page.getByRole("region", { name: "1 change" });
  await bar.waitFor();
  expect(await overflow(page)).toBeLessThanOrEqual(0);
  const asked: string[] = [];
  page.on("dialog", (dialog) => {
    asked.push(dialog.message());
    void dialog.dismiss();
  });
  await page.locator("a[href='/admin']").filter({ visible: true }).first().click();
  expect(asked).toEqual(["There are changes that are not saved. Leave this page?"]);
  expect(new URL(page.url()).pathname).toBe("/admin/dev/ui");
  await bar.getByRole("button", { name: "Discard" }).click();
  await bar.waitFor({ state: "detached" });
});

browserTest("amounts are typed as text and kept exact; what cannot be read is said", async () => {
  const page = await open("olga", "/admin/dev/ui");
  const amount = page.getByLabel("Amount");
  await amount.fill("$1,204.000000001");
  await page.getByText("= 1204000000001 nano-USD").waitFor();
  await amount.blur();
  expect(await amount.inputValue()).toBe("1204.000000001");
  await amount.fill("0.0000000001");
  await page.getByText("At most 9 decimals.").waitFor();
  await page.getByLabel("Input").nth(1).fill("2");
  await page.getByText("= 4000000 pico-USD a token").waitFor();
});

browserTest("a list is chosen from by keyboard, and a long one is searched", async () => {
  const page = await open("olga", "/admin/dev/ui");
  const provider = page.getByRole("combobox", { name: "Provider" });
  await provider.focus();
  await page.keyboard.press("Enter");
  await page.getByRole("option", { name: "Anthropic" }).waitFor();
  await page.keyboard.type("deep");
  await page.keyboard.press("Enter");
  await page.getByRole("listbox").waitFor({ state: "detached" });
  expect(await provider.textContent()).toBe("DDeepSeek");
  const models = page.getByRole("combobox", { name: "Models" });
  await models.fill("mis");
  await page.getByRole("option", { name: "Mistral" }).click();
  await page.getByRole("button", { name: "Remove Mistral" }).waitFor();
});

browserTest("pages of the console change without a reload; the heading takes the focus", async () => {
  const page = await open("olga", "/admin/dev/ui");
  await page.evaluate(() => { document.documentElement.dataset["same"] = "yes"; });
  await page.keyboard.press("g");
  await page.keyboard.press("d");
  await page.waitForURL("**/admin");
  await page.waitForFunction(() => document.activeElement?.tagName === "H1" && document.activeElement.textContent === "Dashboard");
  expect(await page.locator("html").getAttribute("data-same")).toBe("yes");
});

browserTest("? lists the keys, and single keys can be switched off", async () => {
  const page = await open("alice", "/console");
  await page.keyboard.press("?");
  const help = page.getByRole("dialog", { name: "Keyboard" });
  await help.getByRole("switch", { name: "Single-key shortcuts" }).click();
  await page.keyboard.press("Escape");
  await help.waitFor({ state: "detached" });
  await page.keyboard.press("?");
  await page.getByRole("button", { name: /Account of/ }).click();
  await page.getByRole("menuitem", { name: "Keyboard shortcuts" }).click();
  await help.waitFor();
});

browserTest("on a phone every address is behind the bar and the menu", async () => {
  const page = await open("alice", "/console", { width: 390 });
  expect(await overflow(page)).toBeLessThanOrEqual(0);
  expect(await barriers(page)).toEqual([]);
  await page.getByRole("button", { name: "More" }).click();
  const sheet = page.getByRole("dialog");
  expect(await sheet.getByRole("link").count()).toBe(9);
  expect(await barriers(page)).toEqual([]);
});

browserTest("theme and language are chosen in the account menu and hold without a flash", async () => {
  const page = await open("alice", "/console");
  await page.getByRole("button", { name: /Account of/ }).click();
  await page.getByRole("menuitemradio", { name: "Dark" }).click();
  await page.getByRole("menuitemradio", { name: "中文" }).click();
  await page.getByRole("heading", { level: 1, name: "概览" }).waitFor();
  const html = await (await context.request.get(new URL("/console", shop.url).href)).text();
  expect(html).toMatch(/<html[^>]* lang="zh"[^>]*>/);
  expect(html).toMatch(/<html[^>]* data-theme="dark"/);
});

browserTest("staff see what their role may open; for customers there is no back office", async () => {
  const page = await open("sam", "/admin");
  const names = await page.getByRole("navigation", { name: "Back office" }).getByRole("link").allTextContents();
  expect(names).toContain("Users");
  expect(names).not.toContain("Ledger");
  const status = async (who: Person, path: string): Promise<number> => {
    const signedIn = await browser.newContext({ storageState: await sessionOf(who) });
    const answer = await signedIn.request.get(new URL(path, shop.url).href, { maxRedirects: 0 });
    await signedIn.close();
    return answer.status();
  };
  expect(await status("alice", "/admin")).toBe(404);
  expect(await status("sam", "/admin/ledger")).toBe(404);
  expect(await status("sam", "/admin/dev/ui")).not.toBe(500);
});

browserTest("whoever is signed out comes back to the page that was asked for", async () => {
  const answer = await fetch(new URL("/admin?range=7d", shop.url), { redirect: "manual" });
  expect(answer.status).toBe(307);
  expect(new URL(answer.headers.get("location") ?? "", shop.url).searchParams.get("next")).toBe("/admin?range=7d");
});

browserTest("no style or script without the nonce: the HTML carries no style attribute", async () => {
  const page = await open("olga", "/admin/dev/ui");
  const html = await (await context.request.get(page.url())).text();
  expect(html.match(/<[^>]+ style="[^"]*"/g) ?? []).toEqual([]);
  for (const [tag] of html.matchAll(/<(?:script|style)\b[^>]*>/g)) expect(tag).toContain("nonce=");
});
