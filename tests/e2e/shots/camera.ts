import { mkdir } from "node:fs/promises";
import path from "node:path";
import type { Browser, BrowserContext, Page } from "playwright";
import type { Shop } from "../../support/shop-process.ts";
import { barriers } from "../barriers.ts";
import type { Facts } from "./facts.ts";
import { lookName, type Look } from "./looks.ts";
import type { Place, Screen, Who } from "./screens.ts";
import { BUYERS, KEYLESS_EMAIL, PASSWORD, staffEmail } from "./stock.ts";
import { takenOver } from "../taken-over.ts";

const OPEN_MS = 30_000;
const SETTLE_MS = 12_000;
/** A window that has grown is drawn anew. */
const REPAINT_MS = 300;
/** Longer pages are cut here. */
const HEIGHT_MAX = 6_000;
/** What cannot settle is taken as it looks after so long. */
const WAITING_MS = 1_500;

export type Finding = Readonly<{ screen: string; look: string; what: "console" | "overflow" | "axe" | "failed"; text: string }>;
type Cookies = Awaited<ReturnType<BrowserContext["cookies"]>>;

const EMAILS: Readonly<Record<Exclude<Who, "visitor">, string>> = { customer: BUYERS[0]!.email, newcomer: KEYLESS_EMAIL, owner: staffEmail("owner") };

export interface Camera {
  /** Takes one picture and says what is wrong with the page. */
  take(screen: Screen, look: Look): Promise<readonly Finding[]>;
  /** Contexts of one look are kept until the next is begun. */
  rest(): Promise<void>;
}

/** Takes pictures of pages of several shops, as several people, with one context for each person and look. */
export function createCamera(browser: Browser, shops: Readonly<Record<Place, Shop>>, facts: Facts, folder: string, sessions: Map<string, Promise<Cookies>>): Camera {
  const contexts = new Map<string, Promise<BrowserContext>>();

  const signedIn = (place: Place, who: Who): Promise<Cookies> => {
    const key = `${place} ${who}`;
    const known = sessions.get(key) ?? (who === "visitor" ? Promise.resolve([]) : signIn(browser, shops[place].url, EMAILS[who]));
    sessions.set(key, known);
    return known;
  };
  const contextFor = (place: Place, who: Who, look: Look): Promise<BrowserContext> => {
    const key = `${place} ${who} ${lookName(look)}`;
    const made = contexts.get(key) ?? signedIn(place, who).then((cookies) => openContext(browser, shops[place].url, cookies, look));
    contexts.set(key, made);
    return made;
  };

  return {
    async take(screen, look) {
      const context = await contextFor(screen.place ?? "stocked", screen.as, look);
      const page = await context.newPage();
      const complaints = listen(page, screen);
      try {
        return await picture(page, screen, look, facts, folder, complaints);
      } catch (error) {
        const text = (error instanceof Error ? error.message : String(error)).split("\n")[0]!;
        return [{ screen: nameOf(screen), look: lookName(look), what: "failed", text }];
      } finally {
        await page.close();
      }
    },
    async rest() {
      for (const context of contexts.values()) await (await context).close();
      contexts.clear();
    },
  };
}

export const nameOf = ({ area, name }: Screen): string => `${area}/${name}`;

async function picture(page: Page, screen: Screen, look: Look, facts: Facts, folder: string, complaints: readonly string[]): Promise<Finding[]> {
  const address = (typeof screen.path === "function" ? screen.path(facts) : screen.path).replace("{locale}", look.locale);
  if (screen.calls) await page.route("**/api/trpc/**", (route) => (screen.calls === "cut" ? route.abort() : undefined));
  await page.goto(address, { timeout: OPEN_MS, waitUntil: "load" });
  if (screen.lands) await page.waitForURL(`**${screen.lands}`, { timeout: OPEN_MS });
  await settle(page, screen);
  if (screen.act) {
    await screen.act(page, facts);
    await settle(page, screen);
  }
  const file = path.join(folder, screen.area, `${screen.name}-${lookName(look)}.png`);
  await mkdir(path.dirname(file), { recursive: true });
  // What is fixed to an edge of the window would lie across a picture that is longer than it; so the window is made as long.
  const height = await page.evaluate(() => document.documentElement.scrollHeight);
  if (screen.act === undefined && height > page.viewportSize()!.height) {
    await page.setViewportSize({ width: look.width, height: Math.min(height, HEIGHT_MAX) });
    await page.evaluate(unstick);
    await page.waitForTimeout(REPAINT_MS);
  }
  await page.screenshot({ path: file, animations: "disabled" });
  const finding = (what: Finding["what"]) => (text: string): Finding => ({ screen: nameOf(screen), look: lookName(look), what, text });
  const wider = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
  return [
    ...complaints.map(finding("console")),
    ...(wider > 0 ? [finding("overflow")(`${wider} px wider than the window`)] : []),
    ...(await barriers(page)).map(finding("axe")),
  ];
}

/**
 * In a window as long as the page nothing has to stick, and what does is a layer of its own that Chromium may draw once
 * more where the shorter window ended. Columns that stay while a table is moved sideways are left alone.
 */
function unstick(): void {
  for (const element of document.querySelectorAll<HTMLElement>("body *")) {
    const { position, left, right } = getComputedStyle(element);
    if (position === "sticky" && left === "auto" && right === "auto") Object.assign(element.style, { position: "relative", top: "auto", bottom: "auto" });
  }
  scrollTo(0, 0);
}

/** Until React has taken the page over and nothing on it is still being fetched. */
async function settle(page: Page, { calls, loads }: Screen): Promise<void> {
  if (calls === "held" || loads) return page.waitForTimeout(WAITING_MS);
  await takenOver(page, SETTLE_MS);
  await page.waitForFunction(() => document.querySelector(".skeleton, [aria-busy=true]") === null && document.fonts.status === "loaded", undefined, { timeout: SETTLE_MS });
  await page.waitForTimeout(150);
}

function listen(page: Page, { missing, calls }: Screen): string[] {
  const said: string[] = [];
  page.on("pageerror", (error) => said.push(error.message));
  page.on("console", (message) => {
    const expected = (missing && /status of 40\d/.test(message.text())) || (calls !== undefined && /Failed to load resource|ERR_FAILED/.test(message.text()));
    if (message.type() === "error" && !expected) said.push(message.text());
  });
  return said;
}

async function openContext(browser: Browser, baseURL: string, cookies: Cookies, { locale, width, theme }: Look): Promise<BrowserContext> {
  const context = await browser.newContext({
    baseURL, viewport: { width, height: width < 500 ? 844 : 900 }, colorScheme: theme, locale: locale === "zh" ? "zh-CN" : "en-US", timezoneId: "UTC", reducedMotion: "reduce",
  });
  await context.addCookies([...cookies.filter(({ name }) => name !== "mm-locale" && name !== "mm-theme"), { name: "mm-locale", value: locale, url: baseURL }]);
  return context;
}

async function signIn(browser: Browser, baseURL: string, email: string): Promise<Cookies> {
  const context = await browser.newContext({ baseURL, timezoneId: "UTC" });
  try {
    const page = await context.newPage();
    await page.goto("/sign-in", { waitUntil: "networkidle" });
    await page.locator("input[type=email]").fill(email);
    await page.locator("input[type=password]").fill(PASSWORD);
    await page.locator("form button[type=submit]").click();
    await page.waitForURL(/console|admin/, { timeout: OPEN_MS });
    return await context.cookies();
  } finally {
    await context.close();
  }
}
