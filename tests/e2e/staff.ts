import pg from "pg";
import type { Browser, BrowserContext, Page } from "playwright";
import superjson from "superjson";
import type { Shop } from "../support/shop-process.ts";
import { superuserUrl } from "../support/sql.ts";

/** The back office in a browser: people who are signed in, their pages, and what they may do without a form. */

export const PASSWORD = "correct-horse-battery-staple";
export const WAIT = { timeout: 15_000 };

export interface Office {
  /** A page of this person, who is signed in at the first one; each person has a browser of his own. */
  open(email: string, path: string): Promise<Page>;
  /** What browsers complained of since it was asked last. */
  problems(): string[];
}

/** People of one shop, each with a browser profile. */
export function openOffice(browser: Browser, shop: () => Shop): Office {
  const people = new Map<string, BrowserContext>();
  const found: string[] = [];
  async function signIn(email: string): Promise<BrowserContext> {
    const context = await browser.newContext({ viewport: { width: 1440, height: 900 }, locale: "en-US", timezoneId: "UTC", reducedMotion: "reduce" });
    context.setDefaultTimeout(WAIT.timeout);
    const page = await context.newPage();
    await page.goto(new URL("/sign-in", shop().url).href);
    await page.getByLabel("E-mail").fill(email);
    await page.getByLabel("Password").fill(PASSWORD);
    await page.getByRole("button", { name: "Sign in" }).click();
    await page.waitForURL((url) => !url.pathname.startsWith("/sign-in"));
    await page.close();
    people.set(email, context);
    return context;
  }
  return {
    async open(email, path) {
      const page = await (people.get(email) ?? (await signIn(email))).newPage();
      page.on("pageerror", (error) => found.push(error.message));
      page.on("console", (message) => {
        if (message.type() === "error" && !/status of 4\d\d/.test(message.text())) found.push(message.text());
      });
      await page.goto(new URL(path, shop().url).href);
      await page.locator("h1").first().waitFor();
      return page;
    },
    problems: () => found.splice(0),
  };
}

/**
 * Calls a procedure as the page's own scripts do, with the rights of who is signed in there.
 *
 * @throws Error with the shop's message when it is refused
 */
export async function call<T = unknown>(page: Page, procedure: string, input: unknown, kind: "query" | "mutation" = "mutation"): Promise<T> {
  const text = JSON.stringify(superjson.serialize(input));
  const answer = await page.evaluate(async ([name, body, how]) => {
    const response = how === "query"
      ? await fetch(`/api/trpc/${name}?input=${encodeURIComponent(body)}`)
      : await fetch(`/api/trpc/${name}`, { method: "POST", headers: { "content-type": "application/json", "x-mm": "1" }, body });
    return { ok: response.ok, text: await response.text() };
  }, [procedure, text, kind] as const);
  const parsed = JSON.parse(answer.text) as { result?: { data: Parameters<typeof superjson.deserialize>[0] }; error?: { json?: { message?: string } } };
  if (!answer.ok || !parsed.result) throw new Error(`${procedure}: ${parsed.error?.json?.message ?? answer.text.slice(0, 300)}`);
  return superjson.deserialize<T>(parsed.result.data);
}

/** Changes rows behind the shop's back, past its triggers, as only the database's owner can. */
export async function tamper(shop: Shop, work: (run: (sql: string) => Promise<number>) => Promise<void>): Promise<void> {
  const client = new pg.Client({ connectionString: superuserUrl(shop.dataDir) });
  await client.connect();
  try {
    await client.query("SET session_replication_role = replica");
    await work(async (sql) => (await client.query(sql)).rowCount ?? 0);
  } finally {
    await client.end();
  }
}
