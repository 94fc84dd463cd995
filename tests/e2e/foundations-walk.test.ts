import type { Browser, Page } from "playwright";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { Shop } from "../support/shop-process.ts";
import { barriersInTheme } from "./barriers.ts";
import { chromiumPath, launch } from "./browser.ts";
import { readDictionary } from "./foundations/dictionary.ts";
import { NAMES, openHostileShop, type HostileShop } from "./foundations/hostile.ts";
import { headingOf, injectedOf, overflowOf, smallTargetsOf, textsOf } from "./foundations/measures.ts";
import { createVisits, settled, type Visits } from "./foundations/visits.ts";
import { SCREENS, type Screen } from "./shots/screens.ts";
import { BUYERS, KEYLESS_EMAIL, PASSWORD, staffEmail } from "./shots/stock.ts";

/** Every screen of a shop whose things bear the worst names: loaded once on a dark phone in Chinese and once on a light desk in English, and looked at there at each width. */

const executable = chromiumPath();
const browserTest = test.skipIf(executable === undefined);
const EMAILS: Readonly<Record<Screen["as"], string | undefined>> = { visitor: undefined, customer: BUYERS[0]!.email, newcomer: KEYLESS_EMAIL, owner: staffEmail("owner") };
const AT_ONCE = 3;

/** Other places and states of calls, and the kit's own pages, are walked by other tests. */
const screens = SCREENS.filter(({ place, calls, area, loads }) => place === undefined && calls === undefined && area !== "states" && loads !== true);

const dictionary = readDictionary();
let street: HostileShop;
let browser: Browser;
let visits: Visits;

beforeAll(async () => {
  if (executable === undefined) return;
  browser = await launch(executable);
  street = await openHostileShop(async (shop: Shop) => {
    visits = createVisits(browser, shop, PASSWORD);
    for (const email of Object.values(EMAILS)) if (email !== undefined) await visits.window(email);
  });
}, 620_000);
afterAll(async () => {
  await browser?.close();
  await street?.close();
});

type Check = (page: Page) => Promise<string[]>;

/** Walks the screens of one area, three tabs at a time, and gathers every fault that a screen has twice. */
async function walk(area: Screen["area"], look: Parameters<Visits["window"]>[1], check: Check, wanted: (screen: Screen) => boolean = () => true): Promise<string[]> {
  const rest = screens.filter((screen) => screen.area === area && wanted(screen));
  const faults: string[] = [];
  const windows = new Map<Screen["as"], ReturnType<Visits["window"]>>();
  const windowOf = (who: Screen["as"]) => {
    const known = windows.get(who) ?? visits.window(EMAILS[who], look);
    windows.set(who, known);
    return known;
  };
  /** One visit of one screen: its faults, or why it could not be looked at. */
  const visit = async (screen: Screen): Promise<string[]> => {
    const { page, problems } = await visits.tab(await windowOf(screen.as));
    const address = (typeof screen.path === "function" ? screen.path(street.facts) : screen.path).replace("{locale}", look?.locale ?? "en");
    try {
      await page.goto(address);
      if (screen.lands !== undefined) await page.waitForURL(`**${screen.lands}`);
      await settled(page);
      await screen.act?.(page, street.facts);
      await settled(page);
      const missing = screen.missing === true;
      return [...problems.filter((text) => !(missing && /status of 40\d/.test(text))), ...await headingOf(page), ...await injectedOf(page), ...dictionary.strangersIn(look?.locale ?? "en", await textsOf(page)), ...await check(page)];
    } catch (error) {
      return [error instanceof Error ? error.message.split("\n")[0]! : String(error)];
    } finally {
      await page.close();
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, async () => {
    for (let screen = rest.shift(); screen; screen = rest.shift()) {
      const { name } = screen;
      // A machine that was busy for a moment costs one more visit of this screen, not of all.
      const found = (await visit(screen)).length === 0 ? [] : await visit(screen);
      faults.push(...found.map((text) => `${name}: ${text}`));
    }
  }));
  await visits.close();
  return faults.sort();
}

/** Each screen has had its second chance. */
const WALK = { timeout: 300_000, retry: 0 };
const AREAS = ["storefront", "account", "console", "admin"] as const;

const FITTING_MS = 3_000;

/** What is too wide once the page has taken to another width; charts are drawn anew a moment later. */
const wideAt = async (page: Page, width: number, height: number): Promise<string[]> => {
  await page.setViewportSize({ width, height });
  const end = Date.now() + FITTING_MS;
  let faults = await overflowOf(page);
  while (faults.length > 0 && Date.now() < end) {
    await page.waitForTimeout(50);
    faults = await overflowOf(page);
  }
  return faults;
};

browserTest.each(AREAS)("E-1, E-3, E-4, E-6: %s on a phone in Chinese: whole, in one language, open to everybody in the dark, nothing too small to touch, nothing wider than 390, 320 or 1440 px", WALK, async (area) => {
  expect(await walk(area, { locale: "zh", width: 390, height: 844, dark: true, touch: true }, async (page) => {
    const small = await smallTargetsOf(page);
    const closed = await barriersInTheme(page);
    return [...small, ...closed, ...await wideAt(page, 320, 844), ...await wideAt(page, 1440, 900)];
  })).toEqual([]);
});

browserTest.each(AREAS)("E-1, E-4, E-6: %s on a desk in English: whole, in one language, open to everybody in the light, nothing wider than 1440 px or a phone", WALK, async (area) => {
  expect(await walk(area, { locale: "en" }, async (page) => [...await barriersInTheme(page), ...await wideAt(page, 390, 844)])).toEqual([]);
});

browserTest("E-10: the palette finds requests, orders, payments, mails, keys and settings, the right one first, and for each role only what it may open", async () => {
  const { facts, shop } = street;
  const one = async (query: string, id: string): Promise<string> => (await shop.sql<{ v: string }>(query, [id]))[0]!.v;
  const number = await one("SELECT number AS v FROM orders WHERE id = $1", facts.orderId);
  const session = await one("SELECT provider_session_id AS v FROM orders WHERE id = $1", facts.orderId);
  const payment = await one("SELECT provider_payment_id AS v FROM orders WHERE id = $1", facts.orderId);
  const prefix = await one("SELECT prefix AS v FROM api_keys WHERE id = $1", facts.keyId);
  const { page, problems } = await visits.open(EMAILS.owner, "/admin");
  const find = async (text: string): Promise<void> => {
    await page.keyboard.press("Control+k");
    await page.getByRole("combobox").fill(text);
  };
  for (const [text, address] of [
    [facts.requestId, `/admin/requests/${facts.requestId}`], [number, `/admin/orders/${facts.orderId}`], [session, `/admin/orders/${facts.orderId}`], [payment, `/admin/orders/${facts.orderId}`],
    [NAMES.email, `/admin/users/${facts.userId}`], [prefix, `/admin/users/${facts.userId}/keys`], [facts.transactionId, `/admin/ledger/transactions/${facts.transactionId}`], ["透支", "/admin/settings/money"],
  ] as const) {
    await find(text);
    await page.getByRole("option").first().waitFor();
    await page.keyboard.press("Enter");
    await page.waitForURL(`**${address}`);
    await settled(page);
  }
  expect(problems).toEqual([]);
  const support = await visits.open(staffEmail("support"), "/admin");
  for (const text of [facts.transactionId, "透支"]) {
    const asked = support.page.waitForResponse((answer) => answer.url().includes("admin.search.find"));
    await support.page.keyboard.press("Control+k");
    await support.page.getByRole("combobox").fill(text);
    await (await asked).finished();
    await support.page.getByText("Nothing fits").first().waitFor();
    await support.page.keyboard.press("Escape");
    await support.page.getByRole("dialog").waitFor({ state: "detached" });
  }
}, 120_000);
