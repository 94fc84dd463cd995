import { readFile } from "node:fs/promises";
import type { Browser, BrowserContext, Page } from "playwright";
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { startShop, type Shop } from "../support/shop-process.ts";
import { startStripeServer, TEST_KEY, TEST_WEBHOOK_SECRET, type StripeServer } from "../support/stripe-server.ts";
import { barriers } from "./barriers.ts";
import { chromiumPath, launch } from "./browser.ts";
import { readTimeline } from "./timeline.ts";

/** Buying credit as a customer does it: the shop in its own process, a payment page beside it, a real browser between. */

const PASSWORD = "correct-horse-battery";
const executable = chromiumPath();
const browserTest = test.skipIf(executable === undefined);
let shop: Shop;
let stripe: StripeServer;
let browser: Browser;
let context: BrowserContext;
const problems: string[] = [];
const WAIT = { timeout: 20_000 };

beforeAll(async () => {
  if (executable === undefined) return;
  stripe = await startStripeServer();
  const store = {
    shop: { name: "Corner Shop", sign_up: "closed" },
    groups: { default: { ratio: 1 }, vip: { ratio: 1, top_up_ratio: 0.95 } },
    settings: { payments: { fee_percent: "5", bonus: { "50": 10 } } },
    models: [{ id: "gpt-4o-mini", vendor: "openai", context: 128_000, price: { input: 0.15, output: 0.6 } }],
    channels: [{ name: "main", provider: "simulator", models: ["gpt-4o-mini"], groups: ["default"] }],
    users: [
      { email: "alice@example.com", password: PASSWORD, role: "customer", group: "default" },
      { email: "vera@example.com", password: PASSWORD, role: "customer", group: "vip" },
      { email: "gus@example.com", password: PASSWORD, role: "customer", group: "default" },
      { email: "books@example.com", password: PASSWORD, role: "finance", group: "default" },
    ],
    codes: [{ code: "WELCOME-5", amount: 5, uses: 100, per_user: 1 }, { code: "GONE-LONG-AGO", amount: 5 }],
  };
  shop = await startShop({ role: "all", store, env: { STRIPE_SECRET_KEY: TEST_KEY, STRIPE_WEBHOOK_SECRET: TEST_WEBHOOK_SECRET, STRIPE_API_BASE: stripe.url } });
  stripe.hooks.url = `${shop.url}/api/webhooks/stripe`;
  // A new account may buy a hundred dollars a day, which these tests pass.
  await shop.sql("UPDATE users SET created_at = now() - interval '1 year'");
  browser = await launch(executable);
});
afterAll(async () => {
  await browser?.close();
  await shop?.stop();
  await stripe?.stop();
});
afterEach(async () => {
  await context?.close();
  expect(problems.splice(0)).toEqual([]);
});

type PageOptions = Readonly<{ width?: number; dark?: boolean; locale?: "en" | "zh"; email?: string }>;

async function signedIn(path: string, { width = 1440, dark = false, locale = "en", email = "alice@example.com" }: PageOptions = {}): Promise<Page> {
  context = await browser.newContext({ viewport: { width, height: 900 }, colorScheme: dark ? "dark" : "light" });
  await context.addCookies([{ name: "mm-locale", value: locale, url: shop.url }]);
  const page = await context.newPage();
  page.on("pageerror", (error) => problems.push(error.message));
  page.on("console", (message) => {
    if (message.type() === "error" && !/status of 4\d\d/.test(message.text())) problems.push(message.text());
  });
  await page.goto(new URL(`/sign-in?next=${encodeURIComponent(path)}`, shop.url).href);
  await page.locator("input[type=email]").fill(email);
  await page.locator("input[type=password]").fill(PASSWORD);
  await page.locator("form button[type=submit]").click();
  await page.waitForURL(`**${path}`, WAIT);
  return page;
}

async function toCheckout(page: Page, preset: string): Promise<void> {
  await page.getByRole("radio", { name: new RegExp(`^\\${preset}(?!\\d)`) }).check({ force: true });
  await page.getByRole("button", { name: /^Pay \$/ }).click();
  await page.waitForURL(`${stripe.url}/**`, WAIT);
}

const balance = async (): Promise<string> =>
  String((await shop.sql<{ b: string }>("SELECT (paid_nano + lots_nano - debt_nano)::text AS b FROM wallets w JOIN users u ON u.id = w.owner_id WHERE u.email = 'alice@example.com'"))[0]!.b);

browserTest("E-47, F1: an amount, Stripe's page, and back: the credit is there, with its receipt", async () => {
  const page = await signedIn("/console/wallet");
  expect(await barriers(page)).toEqual([]);
  await toCheckout(page, "$20");
  await page.getByText("21.00 USD").waitFor();
  await page.getByRole("button", { name: "Pay", exact: true }).click();
  await page.waitForURL("**/console/wallet/return**", WAIT);
  await page.getByText("$20.00 are in your wallet").waitFor(WAIT);
  expect(await barriers(page)).toEqual([]);
  expect(await balance()).toBe("20000000000");
  const number = await page.getByRole("link", { name: /^INV-/ }).textContent();
  const receipt = await page.request.get(`${shop.url}/console/wallet/invoices/${number}`);
  expect(receipt.status()).toBe(200);
  for (const text of [number!, "$21.00", "alice@example.com", "$1.00"]) expect(await receipt.text()).toContain(text);
  expect((await fetch(`${shop.url}/console/wallet/invoices/${number}`, { redirect: "manual" })).status).toBe(303);

  await page.goto(`${shop.url}/console/wallet`);
  await page.getByRole("table", { name: "Transactions" }).getByText("+$20.00").waitFor(WAIT);
});

browserTest("E-47: a card that is declined, then the way back: nothing is charged, and the page says so", async () => {
  const before = await balance();
  const page = await signedIn("/console/wallet");
  await toCheckout(page, "$10");
  await page.getByRole("button", { name: "Pay with a declined card" }).click();
  await page.getByRole("alert").getByText("declined").waitFor();
  await page.getByRole("button", { name: "Back to the shop" }).click();
  await page.getByText("You left the payment page").waitFor(WAIT);
  expect(await barriers(page)).toEqual([]);
  await page.getByRole("link", { name: "Go on paying" }).waitFor(WAIT);
  expect(await balance()).toBe(before);
});

browserTest("E-47: the browser is closed at Stripe's page after paying: the credit comes all the same", async () => {
  const before = BigInt(await balance());
  const page = await signedIn("/console/wallet");
  await toCheckout(page, "$50");
  const session = new URL(page.url()).pathname.split("/").pop()!;
  await context.close();
  stripe.acts.pay(session);
  await expect.poll(async () => BigInt(await balance()) - before, WAIT).toBe(55_000_000_000n); // with the bonus of a tenth
  await stripe.settled();
  // The order tells it without anybody having come back.
  const [order] = await shop.sql<{ id: string }>("SELECT id FROM orders WHERE provider_session_id = $1", [session]);
  expect(await readTimeline(await signedIn(`/admin/orders/${order!.id}`, { email: "books@example.com" }))).toEqual({
    state: expect.stringMatching(/^Paid/), steps: ["Order made", "Payment page opened", "Paid and credited", "Top-up", "Top-up bonus", "Provider fee"], notices: ["checkout.session.completed handled"],
  });
});

browserTest("E-47: paid later: the page says that the money is on its way, and is right when it has come", async () => {
  const page = await signedIn("/console/wallet");
  await toCheckout(page, "$10");
  const session = new URL(page.url()).pathname.split("/").pop()!;
  await page.getByRole("button", { name: "Pay later" }).click();
  await page.getByText("The payment is on its way").waitFor(WAIT);
  stripe.acts.settleLater(session, true);
  await page.getByText("$10.00 are in your wallet").waitFor(WAIT);
});

browserTest("E-47: no notification comes: the page that one comes back to makes the shop ask", async () => {
  const page = await signedIn("/console/wallet");
  const plan = stripe.hooks.plan;
  stripe.hooks.plan = () => [];
  await toCheckout(page, "$10");
  await page.getByRole("button", { name: "Pay", exact: true }).click();
  await page.getByText("$10.00 are in your wallet").waitFor(WAIT);
  stripe.hooks.plan = plan;
});

browserTest("F11: a double click on Pay is one order", async () => {
  const page = await signedIn("/console/wallet");
  const before = stripe.books.sessions.size;
  await page.getByRole("radio", { name: "$10", exact: true }).check({ force: true });
  await page.getByRole("button", { name: /^Pay \$/ }).dblclick();
  await page.waitForURL(`${stripe.url}/**`, WAIT);
  expect(stripe.books.sessions.size).toBe(before + 1);
});

browserTest("E-47: a notification that comes late, and twice, credits once; the page waits and then says so", async () => {
  const before = BigInt(await balance());
  const plan = stripe.hooks.plan;
  const faults = stripe.faults.length;
  stripe.hooks.plan = () => [{ delayMs: 2_000 }, { delayMs: 2_000 }, { delayMs: 2_500 }];
  // Until then Stripe does not answer the shop's own question either.
  stripe.faults.push({ method: "GET", path: /checkout\/sessions/, when: "before", status: 500, times: 50 });
  const page = await signedIn("/console/wallet");
  await toCheckout(page, "$10");
  await page.getByRole("button", { name: "Pay", exact: true }).click();
  await page.getByText("Waiting for the confirmation").waitFor(WAIT);
  expect(await barriers(page)).toEqual([]);
  stripe.faults.length = faults;
  await page.getByText("$10.00 are in your wallet").waitFor(WAIT);
  await stripe.settled();
  stripe.hooks.plan = plan;
  expect(BigInt(await balance()) - before).toBe(10_000_000_000n);
});

browserTest("E-47: a payment page that expires, and a debit that the bank refuses: nothing is credited, and the page says which", async () => {
  const before = await balance();
  const page = await signedIn("/console/wallet");
  await toCheckout(page, "$10");
  const session = new URL(page.url()).pathname.split("/").pop()!;
  await page.getByRole("button", { name: "Back to the shop" }).click();
  await page.getByText("You left the payment page").waitFor(WAIT);
  const left = page.url();
  stripe.acts.expire(session);
  await stripe.settled();
  await page.goto(left);
  await page.getByText("The order has expired").waitFor(WAIT);
  await page.getByRole("link", { name: "Top up again" }).click();
  await page.waitForURL("**/console/wallet");
  await toCheckout(page, "$10");
  const later = new URL(page.url()).pathname.split("/").pop()!;
  await page.getByRole("button", { name: "Pay later" }).click();
  await page.getByText("The payment is on its way").waitFor(WAIT);
  stripe.acts.settleLater(later, false);
  await page.getByText("Reason: The bank did not pay.").waitFor(WAIT);
  expect(await balance()).toBe(before);
});

browserTest("E-48: what the page says of price, discount, fee and bonus is what is paid, ordered and credited", async () => {
  const page = await signedIn("/console/wallet", { email: "vera@example.com" });
  await page.getByRole("radio", { name: /^\$50(?!\d)/ }).check({ force: true });
  // 50 less 5 % is 47.50; 5 % of that as a fee is 2.375, of which no part of a cent is given away.
  const said = () => page.getByRole("main").locator("dl > div").evaluateAll((rows) => Object.fromEntries(rows.map((row) => [row.querySelector("dt")?.textContent, row.querySelector("dd")?.textContent?.replace("\u2212", "-")])));
  await expect.poll(said, WAIT).toMatchObject({ "Credit": "$50.00", "Bonus, 90 days": "$5.00", "You get": "$55.00", "Price of the credit": "$50.00", "Discount": "-$2.50", "Fee": "$2.38", "You pay": "$49.88" });
  const pay = page.getByRole("button", { name: "Pay $49.88" });
  await pay.click();
  await page.waitForURL(`${stripe.url}/**`, WAIT);
  const session = stripe.books.sessions.get(new URL(page.url()).pathname.split("/").pop()!)!;
  expect(session.amount_total).toBe(4_988);
  await page.getByRole("button", { name: "Pay", exact: true }).click();
  await page.getByText("$55.00 are in your wallet").waitFor(WAIT);
  const [order] = await shop.sql<{ credit: string; bonus: string; posted: string }>(
    `SELECT o.credit_nano::text AS credit, o.bonus_nano::text AS bonus, (w.paid_nano + w.lots_nano)::text AS posted
       FROM orders o JOIN users u ON u.id = o.user_id JOIN wallets w ON w.owner_id = u.id WHERE u.email = 'vera@example.com'`);
  expect(order).toEqual({ credit: "50000000000", bonus: "5000000000", posted: "55000000000" });
});

browserTest("E-49: a code is redeemed as it was typed; a wrong, a used and an expired one get the same answer, the eleventh try a wait", async () => {
  await shop.sql("UPDATE redeem_batches SET expires_at = now() - interval '1 day' WHERE max_uses = 1");
  const page = await signedIn("/console/wallet", { email: "gus@example.com" });
  const field = page.getByLabel("Code", { exact: true });
  const redeem = async (code: string): Promise<void> => {
    await field.fill(code);
    await page.getByRole("button", { name: "Redeem" }).click();
  };
  await redeem(" welcome 5 ");
  await page.getByText("$5.00 added to your wallet").waitFor(WAIT);
  const said: (string | null)[] = [];
  for (const code of ["WELCOME-5", "GONE-LONG-AGO", "NO-SUCH-CODE", ...Array.from({ length: 7 }, (_, i) => `GUESS-${i}`)]) {
    const answered = page.waitForResponse((response) => response.url().includes("wallet.redeem"));
    await redeem(code);
    await answered;
    await page.getByText("This code is not valid").waitFor(WAIT);
    said.push(await page.getByText("This code is not valid").textContent());
  }
  expect(new Set(said.slice(0, 4))).toEqual(new Set(["This code is not valid. Check it for mistyped letters."]));
  expect(said[9]).toMatch(/No tries left|0 tries left/);
  await redeem("WELCOME-5");
  await page.getByText(/Too many wrong codes\. Try again in \d+ minutes?/).waitFor(WAIT);
  expect(await barriers(page)).toEqual([]);
  const [credited] = await shop.sql<{ n: number }>("SELECT count(*)::int AS n FROM redemptions r JOIN users u ON u.id = r.user_id WHERE u.email = 'gus@example.com'");
  expect(credited!.n).toBe(1);
});

browserTest("E-83 finance finds the order, sees what was compared, and refunds a part after giving the password", async () => {
  const page = await signedIn("/admin/orders", { email: "books@example.com" });
  await page.getByRole("table", { name: "Orders and refunds" }).getByText("alice@example.com").first().waitFor(WAIT);
  expect(await barriers(page)).toEqual([]);
  const { id } = (await shop.sql<{ id: string }>("SELECT id FROM orders WHERE status = 'paid' ORDER BY id LIMIT 1"))[0]!;
  await shop.sql("UPDATE sessions SET renewed_at = now() - interval '1 hour'");
  await page.goto(`${shop.url}/admin/orders/${id}`);
  await page.getByText("Compared before credit").waitFor(WAIT);
  await page.getByText("Paid and credited").waitFor(WAIT);
  expect(await barriers(page)).toEqual([]);
  await page.getByRole("button", { name: "Refund" }).click();
  await page.getByLabel("Credit to take back").fill("5");
  await page.getByLabel(/Reason/).fill("asked by the customer");
  await page.getByRole("alertdialog").getByRole("button", { name: "Refund" }).click();
  await page.getByRole("dialog").getByLabel("Password").fill(PASSWORD);
  // E-14: an impatient double click sends it back once.
  await page.getByRole("button", { name: "Go on", exact: true }).dblclick();
  await page.getByText("$5.25 refunded").waitFor(WAIT);
  await page.getByText("Refund done").waitFor(WAIT);
  expect([...stripe.books.refunds.values()].map(({ amount }) => amount)).toEqual([525]);
});

browserTest("E-82 finance makes a batch of codes and gets them once", async () => {
  const page = await signedIn("/admin/codes", { email: "books@example.com" });
  await page.getByRole("button", { name: "New batch" }).first().click();
  await page.getByLabel("Name", { exact: true }).fill("Spring");
  await page.getByLabel("Credit of each code").fill("2.50");
  await page.getByLabel("How many").fill("25");
  await page.getByLabel("Reason").fill("for the spring fair");
  await page.getByRole("button", { name: "Make codes" }).click();
  const [file] = await Promise.all([page.waitForEvent("download", WAIT), page.getByRole("button", { name: "Download CSV" }).click()]);
  const csv = await readFile(await file.path(), "utf8");
  expect(csv.trim().split("\r\n")).toHaveLength(26);
  await page.getByLabel("I have stored the file").check();
  await page.getByRole("button", { name: "Done" }).click();
  await page.getByText("The codes were shown once").waitFor(WAIT);
  expect(await barriers(page)).toEqual([]);
  const code = csv.split("\r\n")[1]!.split(",")[0]!;
  expect(await page.content()).not.toContain(code);
});

browserTest("the ledger holds after all of it", async () => {
  expect(await shop.brokenInvariants()).toEqual([]);
});
