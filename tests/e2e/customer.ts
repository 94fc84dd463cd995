import type { Browser, BrowserContext, Page } from "playwright";

/** One customer at one browser, signed in; what the browser complained of is kept. */
export type Customer = Readonly<{ page: Page; context: BrowserContext; problems: string[] }>;

export type SignIn = Readonly<{ url: string; email: string; password: string; width?: number; locale?: "en" | "zh"; dark?: boolean }>;

/** Opens a browser of its own and signs in. */
export async function customerAt(browser: Browser, { url, email, password, width = 1440, locale = "en", dark = false }: SignIn): Promise<Customer> {
  const context = await browser.newContext({ viewport: { width, height: width < 500 ? 844 : 900 }, colorScheme: dark ? "dark" : "light", baseURL: url, permissions: ["clipboard-read", "clipboard-write"] });
  context.setDefaultTimeout(15_000);
  await context.addCookies([{ name: "mm-locale", value: locale, url }]);
  const page = await context.newPage();
  const problems: string[] = [];
  page.on("pageerror", (error) => problems.push(error.message));
  page.on("console", (message) => {
    if (message.type() === "error" && !/status of 40[0-4]/.test(message.text())) problems.push(`${message.text()} ${message.location().url}`);
  });
  page.on("request", (request) => {
    if (/^https?:/.test(request.url()) && new URL(request.url()).origin !== url) problems.push(`asks ${request.url()}`);
  });
  await page.goto("/sign-in");
  await page.locator("input[type=email]").fill(email);
  await page.locator("input[type=password]").fill(password);
  await page.locator("form button[type=submit]").click();
  await page.waitForURL("**/console");
  return { page, context, problems };
}

/** USD text as whole pico-USD. */
export function pico(text: string): bigint {
  const [whole = "0", fraction = ""] = text.trim().replace(/[$,]/g, "").split(".");
  return BigInt(whole) * 10n ** 12n + BigInt(fraction.padEnd(12, "0"));
}

export type Receipt = Readonly<{
  /** Quantity, price of a million (or of each) and amount of each line. */
  lines: readonly Readonly<{ quantity: bigint; pricePico: bigint; amountPico: bigint }>[];
  sumPico: bigint; roundingPico: bigint; chargedPico: bigint; chargeNano: bigint; rule: string | null; text: string;
}>;

/** The receipt that a page shows, as a person reads it. */
export async function readReceipt(page: Page): Promise<Receipt> {
  await page.locator("[data-charge]").waitFor();
  const table = page.getByRole("table", { name: "Charge" });
  const rows = await table.locator("tbody tr").evaluateAll((all) => all.map((row) => [...row.querySelectorAll("td")].map((cell) => {
    const copy = cell.cloneNode(true) as HTMLElement;
    for (const hidden of copy.querySelectorAll("[aria-hidden=true]")) hidden.remove();
    return (copy.textContent ?? "").trim();
  })));
  const items = rows.filter((cells) => cells.length === 4 && /\d/.test(cells[1]!));
  const last = (cells: readonly string[]): bigint => pico(cells.at(-1)!);
  const rest = rows.filter((cells) => !items.includes(cells) && cells.length > 1);
  const lines = items.map((cells) => ({ quantity: BigInt(cells[1]!.replace(/\D/g, "")), pricePico: pico(/([\d.,]+)$/.exec(cells[2]!)![1]!), amountPico: pico(cells[3]!) }));
  const [sumPico, roundingPico] = rest.length === 3 ? [last(rest[0]!), last(rest[1]!)] : [lines.reduce((sum, { amountPico }) => sum + amountPico, 0n), 0n];
  return {
    lines, sumPico, roundingPico, chargedPico: last(rest.at(-1)!), chargeNano: BigInt((await page.locator("[data-charge]").getAttribute("data-charge"))!),
    rule: await page.locator("[data-rule]").getAttribute("data-rule"), text: (await page.locator("main").textContent()) ?? "",
  };
}
