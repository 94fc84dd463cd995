import type { Browser, BrowserContext, Page } from "playwright";
import type { Shop } from "../../support/shop-process.ts";
import { takenOver } from "../taken-over.ts";

/** Visits of several people to one shop: each signs in once, and what their browsers complain of is kept. */

export type Look = Readonly<{ locale?: "en" | "zh"; width?: number; height?: number; dark?: boolean; touch?: boolean; scripts?: boolean; zoomed?: boolean; forced?: boolean; calm?: boolean }>;
export type Visit = Readonly<{ page: Page; problems: string[] }>;
type Session = Awaited<ReturnType<BrowserContext["storageState"]>>;

const OPEN_MS = 30_000;

export interface Visits {
  /** A browser window of this person; undefined = a stranger. */
  window(email: string | undefined, look?: Look): Promise<BrowserContext>;
  /** A tab in it that listens for errors, refused content and requests to other hosts. */
  tab(context: BrowserContext): Promise<Visit>;
  open(email: string | undefined, path: string, look?: Look): Promise<Visit>;
  close(): Promise<void>;
}

export function createVisits(browser: Browser, shop: Shop, password: string): Visits {
  const sessions = new Map<string, Promise<Session>>();
  const contexts: BrowserContext[] = [];

  const sessionOf = (email: string): Promise<Session> => {
    const known = sessions.get(email) ?? signIn(browser, shop.url, email, password);
    sessions.set(email, known);
    return known;
  };
  const visits: Visits = {
    async window(email, look = {}) {
      const { locale = "en", width = 1440, height = 900, dark = false, touch = false, scripts = true, zoomed = false, forced = false, calm = true } = look;
      const context = await browser.newContext({
        baseURL: shop.url, viewport: { width, height }, colorScheme: dark ? "dark" : "light", locale: locale === "zh" ? "zh-CN" : "en-US", timezoneId: "UTC", reducedMotion: calm ? "reduce" : "no-preference",
        javaScriptEnabled: scripts, forcedColors: forced ? "active" : "none", ...(touch && { hasTouch: true, isMobile: true }), ...(zoomed && { deviceScaleFactor: 2 }),
        ...(email !== undefined && { storageState: await sessionOf(email) }),
      });
      contexts.push(context);
      await context.addCookies([{ name: "mm-locale", value: locale, url: shop.url }]);
      return context;
    },
    async tab(context) {
      const page = await context.newPage();
      const problems: string[] = [];
      page.on("pageerror", (error) => problems.push(error.message));
      // Content that the policy refuses is an error of the console, too.
      page.on("console", (message) => message.type() === "error" && problems.push(`${message.text()} ${message.location().url}`));
      page.on("request", (request) => !request.url().startsWith(shop.url) && !/^(?:data|blob):/.test(request.url()) && problems.push(`asks ${request.url()}`));
      return { page, problems };
    },
    async open(email, path, look) {
      const visit = await visits.tab(await visits.window(email, look));
      await visit.page.goto(path, { timeout: OPEN_MS });
      await settled(visit.page);
      return visit;
    },
    async close() {
      await Promise.all(contexts.splice(0).map((context) => context.close()));
    },
  };
  return visits;
}

/** Until React has taken the page over, where it comes at all, and nothing on it is being fetched; `loading` leaves out the latter. */
export async function settled(page: Page, { loading = false }: Readonly<{ loading?: boolean }> = {}): Promise<void> {
  await takenOver(page, OPEN_MS);
  await page.waitForFunction((mayLoad) => document.fonts.status === "loaded" && (mayLoad || document.querySelector(".skeleton, main [aria-busy=true]") === null), loading, { timeout: OPEN_MS });
}

async function signIn(browser: Browser, baseURL: string, email: string, password: string): Promise<Session> {
  const context = await browser.newContext({ baseURL, timezoneId: "UTC" });
  try {
    const page = await context.newPage();
    await page.goto("/sign-in");
    await settled(page);
    await page.locator("input[type=email]").fill(email);
    await page.locator("input[type=password]").fill(password);
    await page.locator("form button[type=submit]").click();
    await page.waitForURL(/console|admin/, { timeout: OPEN_MS });
    return await context.storageState();
  } finally {
    await context.close();
  }
}
