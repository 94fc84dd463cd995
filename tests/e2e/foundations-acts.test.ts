import type { Browser, Locator, Page } from "playwright";
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { startShop, type Shop } from "../support/shop-process.ts";
import { keyOf } from "../support/shop-store.ts";
import { chromiumPath, launch } from "./browser.ts";
import { overflowOf } from "./foundations/measures.ts";
import { createVisits, settled, type Visits } from "./foundations/visits.ts";

/** What holds on every screen alike: the theme, the keyboard, no scripts, zoom, two tabs, unsaved work and impatient fingers. */

const PASSWORD = "correct-horse-battery";
const OWNER = "olga@example.com";
const ALICE = "alice@example.com";
const store = {
  shop: { name: "Corner Shop" },
  groups: { default: { ratio: 1 }, vip: { ratio: 0.8 }, trial: { ratio: 1.2 } },
  models: [
    { id: "sim-large", vendor: "acme", context: 32_000, max_output: 1_000, price: { input: 3, output: 15 } },
    { id: "sim-small", vendor: "zenith", context: 32_000, max_output: 1_000, price: { input: 0.1, output: 0.4 } },
  ],
  channels: [{ name: "main route", provider: "simulator", models: ["sim-large", "sim-small"], groups: ["default"] }],
  users: [
    { email: OWNER, password: PASSWORD, role: "owner" },
    { email: ALICE, password: PASSWORD, credit: { amount: 10, id: "opening" }, keys: [{ name: "app", secret: keyOf("alice") }] },
  ],
};

const executable = chromiumPath();
const browserTest = test.skipIf(executable === undefined);
const POLL = { timeout: 15_000, interval: 50 };
let shop: Shop;
let browser: Browser;
let visits: Visits;

beforeAll(async () => {
  if (executable === undefined) return;
  shop = await startShop({ role: "all", store, readyMs: 600_000 });
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
/** By the colour that is painted, in whatever notation the style sheet gives it. */
const isDark = (page: Page): Promise<boolean> => page.evaluate(() => {
  const paint = document.createElement("canvas").getContext("2d")!;
  paint.fillStyle = getComputedStyle(document.documentElement).backgroundColor;
  paint.fillRect(0, 0, 1, 1);
  return paint.getImageData(0, 0, 1, 1).data[0]! < 128;
});

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

/** The focused element has a ring of its own or stands in a box that has one. */
const ringed = (page: Page): Promise<boolean> => page.evaluate(() => {
  const has = (one: Element | null): boolean => one !== null && getComputedStyle(one).outlineStyle !== "none" && parseFloat(getComputedStyle(one).outlineWidth) > 0;
  const at = document.activeElement;
  return has(at) || has(at?.closest(".field, .radio-card, .seg > label") ?? null);
});
async function tabTo(page: Page, target: Locator, most = 60): Promise<void> {
  for (let presses = 0; presses < most; presses += 1) {
    if (await target.evaluate((one) => one === document.activeElement)) return expect(await ringed(page)).toBe(true);
    await page.keyboard.press("Tab");
  }
  throw new Error(`${most} presses of Tab did not lead to ${String(target)}`);
}

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
    await page.goto(path);
    const main = await page.locator("main").innerText();
    for (const text of texts) expect([path, text, main.includes(text)]).toEqual([path, text, true]);
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

type Editing = Readonly<{
  what: string;
  who: string;
  path: string;
  /** Types a value that differs from what is stored. */
  change: (page: Page, value: 1 | 2) => Promise<void>;
  save: (page: Page) => Promise<void>;
  saved: RegExp;
  conflict: RegExp;
  /** What is stored, as text. */
  stored: string;
}>;

const button = (page: Page, name: string | RegExp): Promise<void> => page.getByRole("button", { name, exact: true }).last().click();
const edits = async (): Promise<readonly Editing[]> => {
  const channel = await idOf("SELECT id FROM channels WHERE name = 'main route'");
  const model = await idOf("SELECT id FROM models WHERE slug = 'sim-small'");
  const group = await idOf("SELECT id FROM groups WHERE name = 'vip'");
  const alice = await idOf(`SELECT id FROM users WHERE email = '${ALICE}'`);
  const conflict = /changed/i;
  return [
    { what: "a channel", who: OWNER, path: `/admin/channels/${channel}/settings`, change: (page, value) => page.getByLabel("Priority").fill(String(value)), save: (page) => button(page, "Save"), saved: /saved/i, conflict, stored: `SELECT priority::text AS v FROM channels WHERE id = '${channel}'` },
    { what: "a model", who: OWNER, path: `/admin/models/${model}`, change: (page, value) => page.getByLabel("Name").first().fill(`Small ${value}`), save: (page) => button(page, "Save"), saved: /saved/i, conflict, stored: `SELECT name AS v FROM models WHERE id = '${model}'` },
    { what: "a group", who: OWNER, path: `/admin/groups?open=${group}`, change: (page, value) => page.getByRole("dialog").getByLabel("Price factor").fill(`0.${value}`), save: (page) => button(page, "Save"), saved: /saved/i, conflict, stored: `SELECT ppm::text AS v FROM groups WHERE id = '${group}'` },
    { what: "a price", who: OWNER, path: `/admin/prices?open=${model}`, change: (page, value) => page.getByRole("dialog").getByLabel("Price of Output").fill(`${value}.4`), save: (page) => button(page, "Publish now"), saved: /published/i, conflict, stored: `SELECT doc::text AS v FROM price_versions WHERE model_id = '${model}' ORDER BY id DESC LIMIT 1` },
    { what: "a setting", who: OWNER, path: "/admin/settings/shop", change: (page, value) => page.getByRole("textbox", { name: "Name", exact: true }).fill(`Shop ${value}`), save: async (page) => {
      if (await page.getByRole("dialog").count() === 0) await button(page, "Review and save");
      await page.getByRole("dialog").getByRole("button", { name: "Save" }).click();
    }, saved: /within a second/i, conflict, stored: "SELECT value::text AS v FROM settings WHERE key = 'shop.name'" },
    { what: "a user's group", who: OWNER, path: `/admin/users/${alice}`, change: async (page, value) => {
      await page.getByRole("button", { name: "More" }).first().click();
      await page.getByRole("menuitem", { name: "Change group" }).click();
      await page.getByRole("alertdialog").getByRole("combobox").click();
      await page.getByRole("option", { name: value === 1 ? "vip" : "trial" }).click();
    }, save: (page) => page.getByRole("alertdialog").getByRole("button").last().click(), saved: /vip/, conflict, stored: `SELECT g.name AS v FROM users u JOIN groups g ON g.id = u.group_id WHERE u.id = '${alice}'` },
  ];
};

browserTest.each([0, 1, 2, 3, 4, 5])("E-12: two tabs change one thing (%i): the second is told, and nothing is lost in silence", async (index) => {
  const { what, who, path, change, save, saved, conflict, stored } = (await edits())[index]!;
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
  await two.page.getByText(conflict).first().waitFor();
  expect([what, await value()]).toEqual([what, first]);
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

type Making = Readonly<{ what: string; who: string; path: string; open?: string; fill: (page: Page) => Promise<void>; press: string; counted: string }>;
const MAKING: readonly Making[] = [
  { what: "key", who: ALICE, path: "/console/keys/new", fill: (page) => page.getByLabel("Name", { exact: true }).fill("twice"), press: "Create key", counted: "api_keys WHERE name = 'twice'" },
  { what: "channel", who: OWNER, path: "/admin/channels/new?step=connect&provider=openai", fill: async (page) => {
    await page.getByLabel("Name", { exact: true }).fill("twice");
    await page.locator("textarea").first().fill("sk-twice-0123456789abcdef");
  }, press: "Save and go on", counted: "channels WHERE name = 'twice'" },
  { what: "group", who: OWNER, path: "/admin/groups", open: "New group", fill: (page) => page.getByRole("dialog").getByLabel("Name").fill("twice"), press: "Make group", counted: "groups WHERE name = 'twice'" },
  { what: "user", who: OWNER, path: "/admin/users", open: "New user", fill: (page) => page.getByRole("dialog").getByLabel("E-mail").fill("twice@example.com"), press: "Create", counted: "users WHERE email = 'twice@example.com'" },
  { what: "token", who: OWNER, path: "/admin/staff", open: "New token", fill: (page) => page.getByRole("dialog").getByLabel("Name").fill("twice"), press: "Make the token", counted: "management_tokens WHERE name = 'twice'" },
  { what: "code batch", who: OWNER, path: "/admin/codes", open: "New batch", fill: async (page) => {
    const dialog = page.getByRole("dialog");
    await dialog.getByLabel("Name").fill("twice");
    await dialog.getByLabel("Credit of each code").fill("1");
    await dialog.getByLabel("How many").fill("3");
    await dialog.getByLabel("Reason").fill("a test of patience");
  }, press: "Make codes", counted: "redeem_batches WHERE name = 'twice'" },
];

browserTest.each(MAKING.map((making) => [making.what, making] as const))("E-14: an impatient double click on a slow network makes one %s", async (_what, { who, path, open, fill, press, counted }) => {
  const { page } = await visits.open(who, path);
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
  await page.getByRole("button", { name: press, exact: true }).last().dblclick();
  await expect.poll(() => countOf(counted), POLL).toBe(1);
  await page.waitForLoadState("networkidle");
  expect([await countOf(counted), sent]).toEqual([1, 1]);
});
