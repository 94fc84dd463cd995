import { mkdir, rm } from "node:fs/promises";
import path from "node:path";
import type { Browser, BrowserContext, Locator, Page } from "playwright";
import { takenOver } from "./taken-over.ts";

/** Not in the repository; made anew by each run. */
const FOLDER = path.join(import.meta.dirname, "../.out/story");
const WAIT_MS = 30_000;

export type Leg = Readonly<{ clicks: number; seconds: number }>;

/** One person at one browser, whose clicks are counted. Typing is no click; opening an address from outside is one. */
export interface Person {
  readonly page: Page;
  readonly context: BrowserContext;
  /** What the browser complained of. */
  readonly problems: string[];
  open(address: string): Promise<void>;
  click(target: Locator): Promise<void>;
  type(label: string | RegExp, text: string): Promise<void>;
  /** A picture of the screen as it stands. */
  station(name: string): Promise<void>;
  /** What was done since the last leg ended. */
  leg(): Leg;
}

/** An empty folder for the pictures. */
export async function emptyStations(): Promise<void> {
  await rm(FOLDER, { recursive: true, force: true });
  await mkdir(FOLDER, { recursive: true });
}

export async function newPerson(browser: Browser, baseURL: string): Promise<Person> {
  const context = await browser.newContext({ viewport: { width: 1440, height: 900 }, locale: "en-US", timezoneId: "UTC", baseURL, permissions: ["clipboard-read", "clipboard-write"] });
  context.setDefaultTimeout(WAIT_MS);
  const page = await context.newPage();
  const problems: string[] = [];
  page.on("pageerror", (error) => problems.push(error.message));
  page.on("console", (message) => message.type() === "error" && problems.push(`${message.text()} ${message.location().url}`));
  let clicks = 0;
  let since = performance.now();
  return {
    page, context, problems,
    async open(address) {
      clicks += 1;
      await page.goto(address);
      await takenOver(page);
    },
    async click(target) {
      clicks += 1;
      await target.click();
    },
    async type(label, text) {
      await page.getByLabel(label, typeof label === "string" ? { exact: true } : {}).fill(text);
    },
    async station(name) {
      await page.screenshot({ path: path.join(FOLDER, `${name}.png`), animations: "disabled" });
    },
    leg() {
      const told = { clicks, seconds: Math.round((performance.now() - since) / 100) / 10 };
      clicks = 0;
      since = performance.now();
      return told;
    },
  };
}
