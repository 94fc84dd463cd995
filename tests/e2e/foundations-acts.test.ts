import { randomUUID } from "node:crypto";
import { readFile } from "node:fs/promises";
import type { Browser, Page } from "playwright";
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { startShop, type Shop } from "../support/shop-process.ts";
import { keyOf } from "../support/shop-store.ts";
import { barriers } from "./barriers.ts";
import { chromiumPath, launch } from "./browser.ts";
import { ALICE, CORNER_SHOP, OWNER, PASSWORD, SUPPORT } from "./foundations/corner-shop.ts";
import { button, edits } from "./foundations/edits.ts";
import { isDark, ringed, tabTo } from "./foundations/looks-and-keys.ts";
import { MAKING } from "./foundations/makings.ts";
import { overflowOf } from "./foundations/measures.ts";
import { createVisits, settled, type Visits } from "./foundations/visits.ts";

/** What holds on every screen alike: the theme, the keyboard, no scripts, zoom, two tabs, unsaved work and impatient fingers. */

const executable = chromiumPath();
const browserTest = test.skipIf(executable === undefined);
const POLL = { timeout: 15_000, interval: 50 };
let shop: Shop;
let browser: Browser;
let visits: Visits;

beforeAll(async () => {
  if (executable === undefined) return;
  shop = await startShop({ role: "all", store: CORNER_SHOP, readyMs: 600_000 });
  browser = await launch(executable);
  visits = createVisits(browser, shop, PASSWORD);
}, 620_000);
afterAll(async () => {
  await browser?.close();
  await shop?.stop();
});
afterEach(() => visits?.close());

const idOf = async (query: string): Promise<string> => (await shop.sql<{ id: string }>(query))[0]!.id;
const countOf = async (query: string): Promise<number> => Number((await shop.sql<{ count: string }>(`SELECT count(*)::text AS count FROM ${query}`))[0]!.count);
/** A request of Alice's, which is settled. */
async function buy(): Promise<void> {
  if (await countOf("charges") > 0) return;
  const reply = await fetch(`${shop.url}/v1/chat/completions`, { method: "POST", headers: { authorization: `Bearer ${keyOf("alice")}`, "content-type": "application/json" }, body: JSON.stringify({ model: "sim-large", messages: [{ role: "user", content: "one" }] }) });
  expect(reply.status).toBe(200);
  await expect.poll(() => countOf("charges"), POLL).toBeGreaterThan(0);
}
browserTest("E-5: the system's theme is followed while nothing is chosen; what is chosen is there with the first paint of every area", async () => {
  const { page } = await visits.open(OWNER, "/en");
  expect(await isDark(page)).toBe(false);
  await page.emulateMedia({ colorScheme: "dark" });
  await expect.poll(() => isDark(page), POLL).toBe(true);
  await page.emulateMedia({ colorScheme: "light" });
  await expect.poll(() => isDark(page), POLL).toBe(false);
  await page.getByRole("button", { name: "Light or dark" }).first().click();
  await expect.poll(() => isDark(page), POLL).toBe(true);
  for (const path of ["/en", "/zh/models", "/console", "/admin", "/admin/channels"]) {
    // The theme stands in the HTML itself, so there is no paint without it.
    expect([path, /<html[^>]* data-theme="dark"/.test(await (await page.request.get(path)).text())]).toEqual([path, true]);
    await page.goto(path, { waitUntil: "commit" });
    await page.waitForFunction(() => document.body !== null);
    expect([path, await isDark(page)]).toEqual([path, true]);
  }
  const stranger = await visits.window(undefined);
  await stranger.addCookies([{ name: "mm-theme", value: "light", url: shop.url }]);
  expect(await (await stranger.request.get("/sign-in")).text()).toMatch(/<html[^>]* data-theme="light"/);
});

/** What a page says that is not there. */
const MISSING = ["There is no such page", "没有这个页面"];

browserTest("E-7: by keyboard alone: signed in, a key made, found, switched off and on again, a receipt opened, the palette used", async () => {
  for (const text of ["one", "two"]) {
    const reply = await fetch(`${shop.url}/v1/chat/completions`, { method: "POST", headers: { authorization: `Bearer ${keyOf("alice")}`, "content-type": "application/json" }, body: JSON.stringify({ model: "sim-large", messages: [{ role: "user", content: text }] }) });
    expect(reply.status).toBe(200);
  }
  const { page } = await visits.open(undefined, "/sign-in");
  await tabTo(page, page.getByLabel("E-mail"));
  await page.keyboard.type(ALICE);
  await tabTo(page, page.getByLabel("Password"));
  await page.keyboard.type(PASSWORD);
  await page.keyboard.press("Enter");
  await page.waitForURL("**/console");
  await settled(page);
  await page.keyboard.press("n");
  await page.waitForURL("**/console/keys/new");
  const name = page.getByLabel("Name", { exact: true });
  await name.waitFor();
  await tabTo(page, name);
  await page.keyboard.type("by keyboard");
  await page.keyboard.press("Enter");
  await page.locator("[data-secret]").waitFor();
  await tabTo(page, page.getByLabel("I have stored it"));
  await page.keyboard.press("Space");
  await tabTo(page, page.getByRole("button", { name: "Done" }));
  await page.keyboard.press("Enter");
  await page.waitForURL("**/console/keys");
  await settled(page);
  await page.keyboard.press("/");
  await page.keyboard.type("by key");
  await expect.poll(() => page.locator("[data-row]").count(), POLL).toBe(1);
  await settled(page);
  const dots = page.locator("tbody").getByRole("button");
  await tabTo(page, dots);
  await page.keyboard.press("Enter");
  await page.getByRole("menu").waitFor();
  await page.keyboard.type("Disable");
  await page.keyboard.press("Enter");
  const status = async () => (await shop.sql<{ status: string }>("SELECT status FROM api_keys WHERE name = 'by keyboard'"))[0]?.status;
  await expect.poll(status, POLL).toBe("disabled");
  await page.getByRole("menu").waitFor({ state: "detached" });
  expect(await dots.evaluate((one) => one === document.activeElement)).toBe(true);
  await page.getByRole("button", { name: "Undo" }).waitFor();
  await page.keyboard.press("z");
  await expect.poll(status, POLL).toBe("active");
  await page.keyboard.press("g");
  await page.keyboard.press("r");
  await page.waitForURL("**/console/requests");
  await expect.poll(() => page.locator("tbody [data-row]").count(), POLL).toBe(2);
  await settled(page);
  const [first, second] = await page.locator("tbody [data-row]").evaluateAll((rows) => rows.map((row) => row.getAttribute("data-row")));
  await tabTo(page, page.locator(`[data-row="${first}"]`));
  await page.keyboard.press("Enter");
  await page.getByRole("dialog").waitFor();
  await page.waitForURL(`**open=${first}`);
  await page.keyboard.press("j");
  await page.waitForURL(`**open=${second}`);
  await page.keyboard.press("k");
  await page.waitForURL(`**open=${first}`);
  await page.keyboard.press("Escape");
  await page.getByRole("dialog").waitFor({ state: "detached" });
  await page.waitForFunction((row) => document.activeElement?.getAttribute("data-row") === row, first);
  await page.keyboard.press("Control+k");
  await page.getByRole("combobox").waitFor();
  await page.keyboard.type("wallet");
  await page.getByRole("option", { name: "Wallet" }).first().waitFor();
  await page.keyboard.press("Enter");
  await page.waitForURL("**/console/wallet");
});

browserTest("E-8: without scripts landing, models with filters, a model, prices, guides and status are read and lead on", async () => {
  const { page } = await visits.tab(await visits.window(undefined, { scripts: false }));
  const seen = async (path: string, ...texts: readonly string[]): Promise<void> => {
    const answer = await page.goto(path);
    const main = await page.locator("main").innerText();
    for (const text of texts) expect([path, text, main.includes(text)]).toEqual([path, text, true]);
    expect([path, answer!.status()]).toEqual([path, texts.some((text) => MISSING.includes(text)) ? 404 : 200]);
    // The one script of these pages runs only under the nonce that the head names.
    const nonce = /nonce-([^']+)'/.exec(answer!.headers()["content-security-policy"] ?? "")?.[1];
    expect([path, /<script[^>]* nonce="([^"]+)"/.exec(await answer!.text())?.[1]]).toEqual([path, nonce]);
  };
  await seen("/en", "sim-large");
  await seen("/en/models", "sim-large", "sim-small", "15.00");
  await page.getByRole("link", { name: /zenith/i }).first().click();
  expect(new URL(page.url()).search).toBe("?vendor=zenith");
  expect(await page.locator("tbody tr").count()).toBe(1);
  await seen("/en/models/acme/sim-large", "3.00", "15.00", "sim-large");
  await seen("/en/pricing", "3.00", "sim-small");
  await seen("/en/docs");
  await page.locator("main a[href*='/docs/']").first().click();
  expect(await page.locator("main pre").count()).toBeGreaterThan(0);
  await seen("/en/docs/quickstart", `${shop.url}/v1`);
  await seen("/en/status", "sim-large");
  for (const path of ["/en/no-such-page", "/en/models/acme/no-such-model", "/en/docs/no-such-guide", "/en/legal/no-such-law", "/pricng", "/xx/models"]) await seen(path, MISSING[0]!);
  await seen("/zh/models/acme/no-such-model", MISSING[1]!);
  await page.locator("header").getByRole("link", { name: /models|模型/i }).first().click();
  await page.waitForURL("**/zh/models");
});

browserTest("E-9: at 200 % zoom, without motion and with the reader's own colours nothing is cut, moves, or loses its outline", async () => {
  const faults: string[] = [];
  for (const path of ["/en", "/en/models", "/console", "/console/keys/new", "/console/settings/profile", "/console/playground", "/admin", "/admin/channels", "/admin/groups", "/admin/settings/money"]) {
    const { page } = await visits.open(OWNER, path, { width: 720, height: 450, zoomed: true, forced: true });
    faults.push(...(await overflowOf(page)).map((text) => `${path}: ${text}`));
    const moving = await page.evaluate(() => document.getAnimations().filter(({ playState }) => playState === "running").length);
    if (moving > 0) faults.push(`${path}: ${moving} animations`);
    for (let presses = 0; presses < 4; presses += 1) {
      await page.keyboard.press("Tab");
      if (!(await ringed(page))) faults.push(`${path}: no ring around ${await page.evaluate(() => document.activeElement?.outerHTML.slice(0, 120))}`);
    }
    // With the reader's colours, what a background alone said is gone.
    faults.push(...await page.evaluate((at) => {
      const bad: string[] = [];
      for (const one of document.querySelectorAll(".check, .switch, .field, .btn-secondary, .btn-primary")) if (one.checkVisibility() && parseFloat(getComputedStyle(one).borderTopWidth) === 0) bad.push(`${at}: no edge ${one.outerHTML.slice(0, 100)}`);
      for (const group of document.querySelectorAll(".seg")) {
        const shades = new Set([...group.children].map((one) => getComputedStyle(one).backgroundColor));
        if (group.children.length > 1 && group.querySelector(":checked, [aria-pressed=true], [aria-selected=true]") && shades.size < 2) bad.push(`${at}: the choice does not show ${group.outerHTML.slice(0, 100)}`);
      }
      return bad;
    }, path));
    await page.context().close();
  }
  expect(faults).toEqual([]);
}, 120_000);

browserTest.each([0, 1, 2, 3, 4, 5])("E-12: two tabs change one thing (%i): the second is told, and nothing is lost in silence", async (index) => {
  const { what, who, path, change, save, saved, stored, second, overwrite = (page: Page) => button(page, "Overwrite with mine") } = (await edits(idOf))[index]!;
  const value = async (): Promise<string> => (await shop.sql<{ v: string }>(stored))[0]?.v ?? "";
  const window = await visits.window(who);
  const [one, two] = [await visits.tab(window), await visits.tab(window)];
  for (const { page } of [one, two]) {
    await page.goto(path);
    await settled(page);
  }
  await change(two.page, 2);
  await change(one.page, 1);
  const before = await value();
  await save(one.page);
  await one.page.getByText(saved).first().waitFor();
  await expect.poll(value, { ...POLL, message: what }).not.toBe(before);
  const first = await value();
  await save(two.page);
  const dialog = two.page.getByRole("dialog");
  await dialog.getByText(/changed by olga@example\.com/i).first().waitFor();
  // Both sides: what was there, what the other made of it, and what is typed here.
  expect(await dialog.locator(".diff-new").count()).toBeGreaterThanOrEqual(2);
  expect(await barriers(two.page)).toEqual([]);
  expect([what, await value()]).toEqual([what, first]);
  await overwrite(two.page);
  await expect.poll(value, { ...POLL, message: what }).toMatch(second);
});

browserTest("E-12: two tabs change different fields of one channel: the second sees the first's change and saves both", async () => {
  const channel = await idOf("SELECT id FROM channels WHERE name = 'main route'");
  const stored = async () => (await shop.sql("SELECT priority, weight FROM channels WHERE id = $1", [channel]))[0] as { priority: number; weight: number };
  const before = await stored();
  const typed = { priority: before.priority + 7, weight: before.weight + 7 };
  const window = await visits.window(OWNER);
  const [one, two] = [await visits.tab(window), await visits.tab(window)];
  for (const [{ page }, field, value] of [[one, "Priority", typed.priority], [two, "Weight", typed.weight]] as const) {
    await page.goto(`/admin/channels/${channel}/settings`);
    await settled(page);
    await page.getByLabel(field).fill(String(value));
  }
  await button(one.page, "Save");
  // The second saves only after the first has been stored: it is the second that must be told.
  await expect.poll(stored, POLL).toEqual({ ...before, priority: typed.priority });
  await button(two.page, "Save");
  await two.page.getByRole("dialog").getByText(/changed by olga@example\.com/i).waitFor();
  await button(two.page, "Save both");
  await expect.poll(stored, POLL).toEqual(typed);
});

browserTest("E-12: two tabs change different fields of one key and of one profile: both changes are kept", async () => {
  const key = await idOf("SELECT id FROM api_keys WHERE name = 'app'");
  const window = await visits.window(ALICE);
  const [one, two] = [await visits.tab(window), await visits.tab(window)];
  for (const { page } of [one, two]) {
    await page.goto(`/console/keys/${key}?tab=settings`);
    await settled(page);
  }
  await one.page.getByLabel("Requests a minute").fill("77");
  await two.page.getByLabel("Name", { exact: true }).fill("renamed");
  for (const { page } of [one, two]) {
    await button(page, "Save");
    await page.getByText(/saved/i).first().waitFor();
  }
  expect(await shop.sql("SELECT name, limits->>'rpm' AS rpm FROM api_keys WHERE id = $1", [key])).toEqual([{ name: "renamed", rpm: "77" }]);
  for (const { page } of [one, two]) {
    await page.goto("/console/settings/profile");
    await settled(page);
  }
  await one.page.getByText("Compact", { exact: true }).click();
  await two.page.getByLabel(/^Name/).fill("Alice Moreau");
  for (const { page } of [one, two]) {
    await button(page, "Save");
    await page.getByText(/saved/i).first().waitFor();
  }
  expect(await shop.sql("SELECT name, density FROM users WHERE email = $1", [ALICE])).toEqual([{ name: "Alice Moreau", density: "compact" }]);
});

/** Process ids of the web half: children of the shop's process that run its entry. */
async function webPid(): Promise<number> {
  for (const pid of (await readFile(`/proc/${shop.pid}/task/${shop.pid}/children`, "utf8")).trim().split(" ")) {
    if ((await readFile(`/proc/${pid}/cmdline`, "utf8")).includes("web.ts")) return Number(pid);
  }
  throw new Error("the shop has no web process");
}

browserTest("E-11: the web process is killed under open pages: they say that they connect again, take up what has changed since, and keep what was typed", async () => {
  const key = await idOf("SELECT id FROM api_keys WHERE user_id = (SELECT id FROM users WHERE email = '" + ALICE + "') AND status = 'active' LIMIT 1");
  const channel = await idOf("SELECT id FROM channels WHERE name = 'main route'");
  const customer = await visits.open(ALICE, `/console/keys/${key}?tab=settings`);
  const staff = await visits.open(OWNER, `/admin/channels/${channel}/settings`);
  const list = await visits.tab(staff.page.context());
  await list.page.goto("/admin/groups");
  await settled(list.page);
  const name = `typed meanwhile ${randomUUID().slice(0, 8)}`;
  const weight = 1 + (await shop.sql<{ weight: number }>("SELECT weight FROM channels WHERE id = $1", [channel]))[0]!.weight;
  await customer.page.getByLabel("Name", { exact: true }).fill(name);
  await staff.page.getByLabel("Weight").fill(String(weight));
  const pages = [customer.page, staff.page, list.page];
  const banner = (page: Page) => page.getByText("The shop does not answer. Reconnecting");
  for (const page of pages) expect(await banner(page).count()).toBe(0);
  const killed = await webPid();
  process.kill(killed, "SIGKILL");
  for (const page of pages) await banner(page).waitFor({ timeout: POLL.timeout });
  expect(await barriers(customer.page)).toEqual([]);
  await shop.sql("UPDATE groups SET ppm = ppm + 10000 WHERE name = 'trial'");
  const factor = Number((await shop.sql<{ ppm: number }>("SELECT ppm FROM groups WHERE name = 'trial'"))[0]!.ppm) / 1_000_000;
  // The shop starts it again by itself.
  for (const page of pages) await banner(page).waitFor({ state: "detached", timeout: 60_000 });
  expect(await webPid()).not.toBe(killed);
  await list.page.getByText(String(factor)).first().waitFor({ timeout: POLL.timeout });
  expect(await customer.page.getByLabel("Name", { exact: true }).inputValue()).toBe(name);
  expect(await staff.page.getByLabel("Weight").inputValue()).toBe(String(weight));
  for (const page of [customer.page, staff.page]) await button(page, "Save");
  await expect.poll(() => shop.sql("SELECT (SELECT name FROM api_keys WHERE id = $1) AS name, (SELECT weight FROM channels WHERE id = $2) AS weight", [key, channel]), POLL).toEqual([{ name, weight }]);
}, 120_000);

browserTest("a row of the dashboard whose figures fail says so alone; whoever sees no totals is told wallets, not money", async () => {
  await buy();
  const { page } = await visits.tab(await visits.window(OWNER));
  let failing = true;
  await page.route("**/api/trpc/**", async (route) => {
    const names = new URL(route.request().url()).pathname.split("/").at(-1)!.split(",");
    if (!failing || !names.includes("admin.dashboard.owed")) return route.continue();
    const answer = await route.fetch();
    const all = (await answer.json()) as unknown[];
    // An answer that asking again does not change, so that nothing has to be waited for.
    all[names.indexOf("admin.dashboard.owed")] = { error: { json: { message: "no", code: -32004, data: { code: "NOT_FOUND", httpStatus: 404 } } } };
    await route.fulfill({ response: answer, status: 207, json: all });
  });
  await page.goto("/admin");
  const row = page.locator("section[aria-label=Figures] > div").filter({ has: page.getByRole("heading", { name: "Owed and held" }) });
  await row.getByRole("alert").getByText("These figures could not be read.").waitFor();
  await settled(page);
  expect(await page.locator("section[aria-label=Figures] .skeleton").count()).toBe(0);
  expect(await page.getByRole("link", { name: /^Sold/ }).count()).toBe(1);
  expect(await page.getByRole("link", { name: /^Held for running/ }).count()).toBe(1);
  failing = false;
  await row.getByRole("button", { name: "Try again" }).click();
  await row.getByRole("link", { name: /^Customer balances/ }).waitFor();
  const support = await visits.open(SUPPORT, "/admin");
  await support.page.getByRole("link", { name: /^Wallets in use/ }).waitFor();
  expect(await support.page.getByText("Held for running").count()).toBe(0);
});

const DIRTY = [
  ["/admin/channels/CHANNEL/settings", OWNER, /^Priority/, "7", "/admin/models"], ["/admin/settings/shop", OWNER, /^Name$/, "Unsaved", "/admin/models"], ["/console/settings/profile", ALICE, /^Name/, "Unsaved", "/console/wallet"],
] as const;

browserTest.each(DIRTY)("E-13: %s asks before it is left by a link, by the way back and by a reload, and keeps what was typed", async (pattern, who, label, text, elsewhere) => {
  const path = pattern.replace("CHANNEL", await idOf("SELECT id FROM channels WHERE name = 'main route'"));
  const start = path.startsWith("/admin") ? "/admin/groups" : "/console/keys";
  const { page } = await visits.open(who, start);
  // Comes to the form within the site, so that the way back stays within it, too.
  await page.evaluate((to) => (window as unknown as { next: { router: { push: (to: string) => void } } }).next.router.push(to), path);
  await page.waitForURL(`**${path}`);
  const field = page.getByLabel(label).first();
  await field.waitFor();
  await settled(page);
  await field.click();
  await field.fill(text);
  const asked: string[] = [];
  page.on("dialog", (dialog) => {
    asked.push(dialog.type());
    void dialog.dismiss();
  });
  await page.locator(`a[href="${elsewhere}"]`).filter({ visible: true }).first().click();
  await expect.poll(() => asked, POLL).toEqual(["confirm"]);
  await page.evaluate(() => history.back());
  await expect.poll(() => asked, POLL).toEqual(["confirm", "confirm"]);
  await field.click();
  await page.evaluate(() => location.reload());
  await expect.poll(() => asked, POLL).toEqual(["confirm", "confirm", "beforeunload"]);
  expect(new URL(page.url()).pathname).toBe(path);
  expect(await field.inputValue()).toBe(text);
});

browserTest.each(MAKING.map((making) => [making.what, making] as const))("E-14: an impatient double click on a slow network makes one %s", async (_what, { who, path, open, fill, press, counted }) => {
  await buy();
  const { page } = await visits.open(who, typeof path === "string" ? path : await path(idOf));
  let sent = 0;
  await page.route("**/api/trpc/**", async (route) => {
    // What is typed is looked at by calls of its own, which change nothing.
    if (route.request().method() === "POST" && !route.request().url().includes("preview")) {
      sent += 1;
      await new Promise((resolve) => setTimeout(resolve, 400));
    }
    await route.continue();
  });
  if (open !== undefined) await button(page, open);
  await fill(page);
  const before = await countOf(counted);
  await page.getByRole("button", { name: press, exact: true }).last().dblclick();
  await expect.poll(() => countOf(counted), POLL).toBe(before + 1);
  await page.waitForLoadState("networkidle");
  expect([await countOf(counted), sent]).toEqual([before + 1, 1]);
});
