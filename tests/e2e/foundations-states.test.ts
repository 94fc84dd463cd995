import type { Browser, Page } from "playwright";
import { afterAll, beforeAll, expect, test } from "vitest";
import { startShop, type Shop } from "../support/shop-process.ts";
import { chromiumPath, launch } from "./browser.ts";
import { createVisits, settled, type Visits } from "./foundations/visits.ts";
import { SCREENS, type Screen } from "./shots/screens.ts";
import { EMPTY_STORE, KEYLESS_EMAIL, PASSWORD, staffEmail } from "./shots/stock.ts";

/** Screens while their figures are on the way, when these do not come, when there are none, and when no one fits: in a shop that is empty. */

const executable = chromiumPath();
const browserTest = test.skipIf(executable === undefined);
const AT_ONCE = 3;
/** What the client waits at most before it asks again by itself. */
const RETRY_MS = 2_100;
const POLL = { timeout: 15_000, interval: 100 };

/** Its figures come with the page. */
const COMPLETE = new Set(["/console"]);
const screens = SCREENS.filter(({ area, place, as }) => area === "states" && place === "empty" && as !== "visitor");

let shop: Shop;
let browser: Browser;
let visits: Visits;

beforeAll(async () => {
  if (executable === undefined) return;
  shop = await startShop({ role: "all", store: EMPTY_STORE, readyMs: 600_000 });
  browser = await launch(executable);
  visits = createVisits(browser, shop, PASSWORD);
}, 620_000);
afterAll(async () => {
  await browser?.close();
  await shop?.stop();
});

const emailOf = ({ as }: Screen): string => (as === "owner" ? staffEmail("owner") : KEYLESS_EMAIL);

/** Runs the check on each, some at a time, and gathers what was thrown. */
async function each<T>(all: readonly T[], name: (one: T) => string, check: (one: T) => Promise<void>): Promise<string[]> {
  const rest = [...all];
  const faults: string[] = [];
  await Promise.all(Array.from({ length: AT_ONCE }, async () => {
    for (let one = rest.shift(); one !== undefined; one = rest.shift()) {
      await check(one).catch((error: unknown) => faults.push(`${name(one!)}: ${error instanceof Error ? error.message.split("\n").slice(0, 3).join(" ") : String(error)}`));
    }
  }));
  return faults;
}

/** The page's calls, which wait until they are let through or lost. */
async function holdCalls(page: Page): Promise<Readonly<{ set: (fate: "cut" | "through") => void; lost: () => number }>> {
  let lost = 0;
  let fate: "held" | "cut" | "through" = "held";
  const waiting: (() => void)[] = [];
  await page.route("**/api/trpc/**", async (route) => {
    if (fate === "held") await new Promise<void>((resolve) => waiting.push(resolve));
    if (fate === "cut") lost += 1;
    await (fate === "cut" ? route.abort() : route.continue());
  });
  return {
    set: (next) => {
      fate = next;
      for (const go of waiting.splice(0)) go();
    },
    lost: () => lost,
  };
}

/** What the client has not asked for since is asked for again when the window is come back to; it is old by then. */
const OLD_MS = 20_000;
/** Lists of a range that moves on by itself: each look is another question, which no clock of the test can hold still. */
const MOVING = new Set(["/console/usage", "/admin/requests"]);
const IDLE_ROUNDS = 5;
const staleNotes = (page: Page) => page.locator("main [data-rows] [role=status]").filter({ has: page.getByRole("button", { name: "Now", exact: true }) });
const again = (page: Page) => page.locator("main").getByRole("alert").getByRole("button", { name: "Try again" });
const greys = (page: Page) => page.locator("main :is(.skeleton, [aria-busy=true])");

/** A list that was there is read again in vain, and then with success: what it showed stays, and is said to be old as long as it is. */
async function growOld(page: Page, calls: Awaited<ReturnType<typeof holdCalls>>): Promise<void> {
  const lists = await page.locator("main [data-rows]").count();
  if (lists === 0) return;
  const shown = await page.locator("main [data-rows] [data-row]").count();
  calls.set("cut");
  await page.clock.fastForward(OLD_MS);
  await page.evaluate(() => window.dispatchEvent(new Event("visibilitychange")));
  let [seen, idle] = [calls.lost(), 0];
  await expect.poll(async () => {
    // Several questions wait each for itself: when nothing more is lost, one of them waits still.
    idle = calls.lost() > seen ? IDLE_ROUNDS : idle + 1;
    if (idle >= IDLE_ROUNDS) await page.clock.fastForward(RETRY_MS);
    if (idle >= IDLE_ROUNDS) idle = 0;
    seen = calls.lost();
    return [await staleNotes(page).count() > 0, await again(page).count()];
  }, { ...POLL, message: "nothing says that the list is old" }).toEqual([true, 0]);
  expect(await page.locator("main [data-rows] [data-row]").count(), "rows that stay").toBe(shown);
  if (shown > 0) expect(await page.locator("main .tbl-dimmed [data-row]").count(), "old rows are dimmed").toBeGreaterThan(0);
  calls.set("through");
  await expect.poll(async () => {
    if (await staleNotes(page).count() > 0) await staleNotes(page).first().getByRole("button").click({ timeout: 1_000 }).catch(() => undefined);
    return [await staleNotes(page).count(), await page.locator("main .tbl-dimmed").count()];
  }, { ...POLL, message: "old for ever" }).toEqual([0, 0]);
}

browserTest("E-2: every list waits in grey, says what failed, tries again, says what is not there yet, and when it is old", async () => {
  expect(await each(screens.filter(({ path }) => !COMPLETE.has(path as string)), ({ path }) => path as string, async (screen) => {
    const { page } = await visits.tab(await visits.window(emailOf(screen)));
    await page.clock.install();
    const calls = await holdCalls(page);
    await page.goto(screen.path as string);
    await settled(page, { loading: true });
    await expect.poll(() => greys(page).count(), { ...POLL, message: "nothing grey" }).toBeGreaterThan(0);
    calls.set("cut");
    // The client asks twice more before it gives up; that it waits before is not waited for.
    let seen = 0;
    await expect.poll(async () => {
      if (calls.lost() > seen) await page.clock.fastForward(RETRY_MS);
      seen = calls.lost();
      return [await again(page).count() > 0, await greys(page).count()];
    }, { ...POLL, message: "no way to try again, or grey for ever" }).toEqual([true, 0]);
    expect(await page.locator("h1").count(), "the heading").toBe(1);
    expect(await page.getByRole("navigation").first().isVisible(), "the ways on").toBe(true);
    calls.set("through");
    await expect.poll(async () => {
      // What asks by itself every few seconds may have been quicker.
      if (await again(page).count() > 0) await again(page).first().click({ timeout: 1_000 }).catch(() => undefined);
      return [await again(page).count(), await greys(page).count()];
    }, { ...POLL, message: "not there after another try" }).toEqual([0, 0]);
    expect(await page.locator("main .state-box, main p").first().textContent(), "words").not.toBe("");
    if (!MOVING.has(screen.path as string)) await growOld(page, calls);
    await page.context().close();
  })).toEqual([]);
}, 240_000);

/** Lists that can be searched, with what they say when nothing fits. */
const SEARCHED = [["owner", "/admin/users?q=zzzz"], ["owner", "/admin/channels?q=zzzz"], ["owner", "/admin/models?q=zzzz"], ["owner", "/admin/prices?q=zzzz"], ["owner", "/admin/orders?q=zzzz"], ["owner", "/admin/requests?status=error"], ["owner", "/admin/audit?actor=zzzz"],
  ["newcomer", "/console/keys?q=zzzz"], ["newcomer", "/console/requests?status=error"], ["newcomer", "/console/models?q=zzzz"]] as const;

browserTest("E-2: where nothing fits the filters it is said, and one click takes them away", async () => {
  expect(await each(SEARCHED, ([, path]) => path, async ([who, path]) => {
    const { page } = await visits.open(who === "owner" ? staffEmail("owner") : KEYLESS_EMAIL, path);
    await page.locator("main").getByText("Nothing matches the filters").waitFor();
    await page.locator("main").getByRole("button", { name: "Clear filters" }).first().click();
    await expect.poll(() => new URL(page.url()).search, POLL).not.toMatch(/zzzz|status=/);
    await expect.poll(() => page.locator("main").getByText("Nothing matches the filters").count(), POLL).toBe(0);
    await page.context().close();
  })).toEqual([]);
}, 120_000);
