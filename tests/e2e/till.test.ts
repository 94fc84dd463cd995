import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import pg from "pg";
import type { Browser, Page } from "playwright";
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { MANAGEMENT_TOKEN, startShop, type Shop } from "../support/shop-process.ts";
import { superuserUrl } from "../support/sql.ts";
import { keyOf } from "../support/shop-store.ts";
import { startStripeServer, TEST_KEY, TEST_WEBHOOK_SECRET, type StripeServer } from "../support/stripe-server.ts";
import { until } from "../support/until.ts";
import { chromiumPath, launch } from "./browser.ts";
import { DAMAGE } from "./damage.ts";
import { readTimeline, type Timeline } from "./timeline.ts";
import { openOffice, PASSWORD, tamper, WAIT, type Office } from "./staff.ts";

/** Money that comes late, twice, wrong, or goes back: credited once or not at all, and told line by line on the order's page. */

const FINANCE = "finance@example.com";
const BUYERS = ["twice", "mixed", "late", "forged", "short", "yen", "stranger", "astray", "unused", "half", "spent", "refused", "dashboard", "won", "lost"] as const;
type BuyerName = (typeof BUYERS)[number];
type Order = Readonly<{ id: string; session: string }>;

const executable = chromiumPath();
const browserTest = test.skipIf(executable === undefined);
let shop: Shop;
let stripe: StripeServer;
let browser: Browser;
let office: Office;
let page: Page;
let blocker: pg.Client | undefined;

beforeAll(async () => {
  if (executable === undefined) return;
  stripe = await startStripeServer();
  shop = await startShop({
    role: "all", readyMs: 600_000,
    env: { STRIPE_SECRET_KEY: TEST_KEY, STRIPE_WEBHOOK_SECRET: TEST_WEBHOOK_SECRET, STRIPE_API_BASE: stripe.url },
    store: {
      shop: { name: "Corner Shop", sign_up: "closed" },
      management_tokens: [{ name: "checks", secret: MANAGEMENT_TOKEN, role: "operator" }],
      models: [{ id: "small", endpoints: ["chat"], price: { input: 10, output: 10 } }], channels: [{ name: "sim", provider: "simulator", models: ["small"] }],
      users: [
        { email: FINANCE, password: PASSWORD, role: "finance" },
        ...BUYERS.map((name) => ({ email: `${name}@example.com`, password: PASSWORD, ...(name === "half" && { keys: [{ name: "app", secret: keyOf(name) }] }) })),
      ],
    },
  });
  stripe.hooks.url = `${shop.url}/api/webhooks/stripe`;
  browser = await launch(executable);
  office = openOffice(browser, () => shop);
  page = await office.open(FINANCE, "/admin/orders");
  // The daily sums stop before an open transaction: entries that are tampered with below must not be in them.
  blocker = new pg.Client({ connectionString: superuserUrl(shop.dataDir) });
  await blocker.connect();
  await blocker.query("BEGIN");
  await blocker.query("SELECT pg_current_xact_id()");
}, 620_000);
afterAll(async () => {
  await blocker?.end();
  await browser?.close();
  await shop?.stop();
  await stripe?.stop();
});
afterEach(() => {
  stripe.hooks.plan = () => [{}];
  expect(office.problems()).toEqual([]);
});

async function order(who: BuyerName): Promise<Order> {
  const { body } = await shop.rest<{ id: string; checkout_url: string }>("/orders", { method: "POST", body: { user: `${who}@example.com`, amount_usd: "20", idempotency_key: who } });
  return { id: body.id, session: new URL(body.checkout_url).pathname.split("/").pop()! };
}

/** Paid as it should be. @returns also the provider's payment */
async function paid(who: BuyerName): Promise<Order & Readonly<{ payment: string }>> {
  const made = await order(who);
  stripe.acts.pay(made.session);
  await stripe.settled();
  return { ...made, payment: stripe.books.sessions.get(made.session)!.payment_intent! };
}

async function purse(who: BuyerName): Promise<string> {
  const [row] = await shop.sql<{ paid: bigint; frozen: bigint; debt: bigint; status: string }>(
    "SELECT paid_nano AS paid, frozen_nano AS frozen, debt_nano AS debt, w.status FROM wallets w JOIN users u ON u.id = w.owner_id WHERE u.email = $1", [`${who}@example.com`]);
  const usd = (nano: bigint): string => String(Number(nano) / 1e9);
  return [usd(row!.paid), ...(row!.frozen > 0n ? [`${usd(row!.frozen)} frozen`] : []), ...(row!.debt > 0n ? [`${usd(row!.debt)} owed`] : []), ...(row!.status === "active" ? [] : [row!.status])].join(", ");
}

/** The order's page as finance sees it. */
async function told({ id }: Order): Promise<Timeline> {
  await page.goto(`${shop.url}/admin/orders/${id}`);
  return readTimeline(page);
}

const START = ["Order made", "Payment page opened"];
const CREDITED = ["Paid and credited", "Top-up", "Provider fee"];

browserTest("duplicate, parallel: one event ten times at once and once more later is one credit and one line", async () => {
  stripe.hooks.plan = (event) => (event.type === "checkout.session.completed" ? Array.from({ length: 10 }, () => ({})) : []);
  const made = await paid("twice");
  await stripe.send(stripe.last("checkout.session.completed"), [{}]);
  expect(new Set(stripe.hooks.answers.map(({ status }) => status))).toEqual(new Set([200]));
  expect(await told(made)).toMatchObject({ steps: [...START, ...CREDITED], notices: ["checkout.session.completed handled"] });
  expect(await purse("twice")).toBe("20");
});

browserTest("async payment, out of order: the money's arrival is told before the page's end, and both are on the line", async () => {
  const made = await order("mixed");
  stripe.acts.payLater(made.session);
  await stripe.settled();
  expect(await told(made)).toMatchObject({ steps: [...START, "Payment on its way"], notices: ["checkout.session.completed handled"] });
  expect(await purse("mixed")).toBe("0");
  await page.getByText("No money has come yet").waitFor(WAIT);
  const old = stripe.last("checkout.session.completed");
  stripe.acts.settleLater(made.session, true);
  await stripe.settled();
  await stripe.send({ ...old, id: "evt_out_of_order" }, [{}]);
  expect(await told(made)).toMatchObject({
    steps: [...START, "Payment on its way", ...CREDITED], notices: ["checkout.session.async_payment_succeeded handled", "checkout.session.completed handled", "checkout.session.completed handled"],
  });
  expect(await purse("mixed")).toBe("20");
});

browserTest("late: a debit that bounced and is paid after all is credited once, and the line says that it came late", async () => {
  const made = await order("late");
  stripe.acts.payLater(made.session);
  stripe.acts.settleLater(made.session, false);
  await stripe.settled();
  expect((await told(made)).steps.at(-1)).toBe("Failed: The bank did not pay.");
  stripe.acts.settleLater(made.session, true);
  await stripe.settled();
  expect((await told(made)).steps.slice(-4)).toEqual(["Failed: The bank did not pay.", "Paid and credited: The money came after the payment had failed.", "Top-up", "Provider fee"]);
  expect(await purse("late")).toBe("20");
});

browserTest("wrong signature: refused, nothing kept, nothing credited; the order waits until it is checked by hand", async () => {
  stripe.hooks.plan = () => [{ secret: "whsec_of_somebody_else_0123456789" }, { olderBy: 3_600 }];
  const from = stripe.hooks.answers.length;
  const made = await paid("forged");
  expect(new Set(stripe.hooks.answers.slice(from).map(({ status }) => status))).toEqual(new Set([400]));
  expect(await told(made)).toEqual({ state: expect.stringContaining("Waiting for payment"), steps: START, notices: [] });
  expect(await purse("forged")).toBe("0");
  await page.getByRole("button", { name: "Check with provider" }).click();
  await page.getByText("The order is now: Paid").first().waitFor(WAIT);
  await page.getByRole("list", { name: "Timeline" }).getByText("Paid and credited").waitFor(WAIT);
  expect(await told(made)).toMatchObject({ steps: [...START, ...CREDITED], notices: [] });
  expect(await purse("forged")).toBe("20");
});

const held = async (made: Order, reason: string, differs: RegExp): Promise<void> => {
  const { steps, state } = await told(made);
  expect(state).toContain("Being looked at");
  expect(steps.filter((step) => !["Suspense", "Provider fee", "Money in an unknown currency"].includes(step))).toEqual([...START, `Held for review: ${reason}`]);
  await page.getByText("Money came that does not match the order").waitFor(WAIT);
  expect(await page.getByText(differs).count()).toBeGreaterThan(0);
};
const resolve = async (how: "Credit it" | "Send it back"): Promise<void> => {
  await page.getByRole("button", { name: how }).click();
  const dialog = page.getByRole("alertdialog");
  await dialog.getByLabel(/Reason/).fill("looked at by finance");
  await dialog.getByRole("button", { name: how === "Credit it" ? "Credit" : "Send back", exact: true }).click();
  await dialog.waitFor({ state: "detached" });
  await page.getByRole("list", { name: "Timeline" }).getByText("Review ended").waitFor(WAIT);
};

browserTest("E-85 a wrong amount waits in review with both sums, is not credited, and becomes credit as it came when finance says so", async () => {
  const made = await order("short");
  Object.assign(stripe.books.sessions.get(made.session)!, { amount_subtotal: 100, amount_total: 100 });
  stripe.acts.pay(made.session);
  await stripe.settled();
  await held(made, "Amount", /Order: .*20\.00.* · provider: .*1\.00/);
  expect(await purse("short")).toBe("0");
  await resolve("Credit it");
  expect((await told(made)).steps.slice(2)).toEqual(["Held for review: Amount", "Suspense", "Provider fee", "Review ended: What came in was credited. looked at by finance", "Failed: What came in was credited.", "Suspense resolved"]);
  expect(await purse("short")).toBe("1");
});

browserTest("E-85 the right number of another currency, and another customer's payment page, are not credited, and can be sent back", async () => {
  const yen = await order("yen");
  Object.assign(stripe.books.sessions.get(yen.session)!, { currency: "jpy" });
  stripe.acts.pay(yen.session);
  const foreign = await order("stranger");
  Object.assign(stripe.books.sessions.get(foreign.session)!, { customer: "cus_of_another" });
  stripe.acts.pay(foreign.session);
  await stripe.settled();
  await held(yen, "Currency", /Order: USD · provider: JPY/);
  await held(foreign, "Payer", /provider: cus_of_another/);
  for (const who of ["yen", "stranger"] as const) expect(await purse(who)).toBe("0");
  await resolve("Send it back");
  expect((await told(foreign)).steps.slice(-3)).toEqual(["Review ended: What came in was sent back. looked at by finance", "Failed: What came in was sent back.", "Suspense resolved"]);
  expect([...stripe.books.refunds.values()].at(-1)).toMatchObject({ amount: 2_000, status: "succeeded" });
  expect(await purse("stranger")).toBe("0");
});

browserTest("E-85 a payment page that names another customer's order credits neither", async () => {
  const [theirs, made] = [await order("unused"), await order("astray")];
  Object.assign(stripe.books.sessions.get(made.session)!, { metadata: { order_id: theirs.id } });
  stripe.acts.pay(made.session);
  await stripe.settled();
  await held(made, "Order number at the provider", new RegExp(`provider: ${theirs.id}`));
  expect(await told(theirs)).toMatchObject({ steps: START, notices: [] });
  for (const who of ["astray", "unused"] as const) expect(await purse(who)).toBe("0");
});

/** Asks for a refund on the order's page, which is open. */
async function refund(amount: string | undefined, { debt = false } = {}): Promise<void> {
  await page.getByRole("button", { name: "Refund", exact: true }).click();
  const dialog = page.getByRole("alertdialog");
  if (debt) await dialog.getByLabel("The customer may be left with a debt").check();
  if (amount !== undefined) await dialog.getByLabel("Credit to take back").fill(amount);
  await dialog.getByLabel(/Reason/).fill("asked by the customer");
  await dialog.getByRole("button", { name: "Refund", exact: true }).click();
}
const closed = (): Promise<void> => page.getByRole("alertdialog").waitFor({ state: "detached", timeout: WAIT.timeout });

browserTest("E-83 refunds of an unused payment in full, of a part, and of more than is left", async () => {
  const whole = await paid("unused");
  await told(whole);
  await refund(undefined);
  await page.getByText("$20.00 refunded").first().waitFor(WAIT);
  expect(await told(whole)).toMatchObject({ state: expect.stringContaining("Refunded"), steps: [...START, ...CREDITED, "Refund requested: asked by the customer", "Refund asked", "Refund done", "Refund sent"] });
  expect(await purse("unused")).toBe("0");

  const part = await paid("half");
  await told(part);
  await refund("7.5");
  await page.getByText("$7.50 refunded").first().waitFor(WAIT);
  expect((await told(part)).state).toContain("Partly refunded");
  expect(await purse("half")).toBe("12.5");
  await refund("12.51");
  await page.getByText("At most $12.5").first().waitFor(WAIT);
  await page.keyboard.press("Escape");
  await closed();

  const spent = await paid("spent");
  const [{ id: user } = { id: "" }] = await shop.sql<{ id: string }>("SELECT id FROM users WHERE email = 'spent@example.com'");
  await page.goto(`${shop.url}/admin/users/${user}`);
  await page.getByRole("button", { name: "Adjust balance" }).click();
  await page.getByText("Take away", { exact: true }).click();
  await page.getByRole("dialog").getByLabel("Amount").fill("15");
  await page.getByRole("dialog").getByLabel("Reason").fill("as if it had been spent");
  await page.getByRole("button", { name: "Take $15.00" }).click();
  await page.getByText("$15.00 taken").first().waitFor(WAIT);
  await told(spent);
  await refund("20", { debt: true });
  await page.getByText("$20.00 refunded").first().waitFor(WAIT);
  expect(await purse("spent")).toBe("0, 15 owed, restricted");
});

browserTest("E-83 a refund that the provider refuses comes back; one made at the provider is taken over", async () => {
  const made = await paid("refused");
  await told(made);
  stripe.faults.push({ method: "POST", path: /refunds$/, when: "before", status: 400, times: 1 });
  await refund(undefined);
  await page.getByText("The provider refused the refund; the credit is back.").first().waitFor(WAIT);
  const { steps } = await told(made);
  expect(steps.slice(5).map((step) => step.split(":")[0])).toEqual(["Refund requested", "Refund asked", "Refund failed, credit returned", "Refund failed"]);
  expect(await purse("refused")).toBe("20");

  const outside = await paid("dashboard");
  stripe.acts.refund(outside.payment, 500);
  await stripe.settled();
  const line = await told(outside);
  expect(line.steps.slice(5)).toContain("Refund done");
  expect(line.notices).toContain("refund.created handled");
  expect(await purse("dashboard")).toBe("15");
});

browserTest("E-84 a dispute freezes the credit and pauses the keys; won, it comes back; lost, what was spent is owed", async () => {
  const [won, lost] = [await paid("won"), await paid("lost")];
  const [first, second] = [stripe.acts.dispute(won.payment), stripe.acts.dispute(lost.payment)];
  await stripe.settled();
  for (const who of ["won", "lost"] as const) expect(await purse(who)).toBe("0, 20 frozen, restricted");
  await page.goto(`${shop.url}/admin/disputes`);
  const row = page.getByRole("row").filter({ hasText: "won@example.com" });
  await row.getByText(/day/).waitFor(WAIT);
  expect(await row.textContent()).toMatch(/Needs a response.*\$20\.00/);
  const customer = await office.open("won@example.com", "/console/wallet");
  await customer.getByText("One of your payments is disputed.").first().waitFor(WAIT);
  expect((await told(won)).steps.slice(5)).toContainEqual(expect.stringMatching(/^Dispute: Needs a response.*fraudulent$/));

  stripe.acts.moveDispute(first, "won");
  stripe.acts.moveDispute(second, "lost");
  await stripe.settled();
  expect(await purse("won")).toBe("20");
  expect(await purse("lost")).toBe("0");
  expect((await told(won)).steps).toContainEqual(expect.stringMatching(/^Dispute: Won.*fraudulent$/));
  expect((await told(lost)).steps).toContainEqual(expect.stringMatching(/^Dispute: Lost.*fraudulent$/));
  await customer.reload();
  await customer.getByText("Available").first().waitFor(WAIT);
  expect(await customer.getByText("One of your payments is disputed.").count()).toBe(0);
  await customer.close();
});

browserTest("E-82 a thousand codes come once as a file, are kept as hashes only, and the rest of them is switched off", async () => {
  await page.goto(`${shop.url}/admin/codes`);
  await page.getByRole("button", { name: "New batch" }).first().click();
  await page.getByLabel("Name", { exact: true }).fill("Thousand");
  await page.getByLabel("Credit of each code").fill("1");
  await page.getByLabel("How many").fill("1000");
  await page.getByLabel("Reason").fill("for a partner's shop");
  await page.getByRole("button", { name: "Make codes" }).click();
  const [file] = await Promise.all([page.waitForEvent("download"), page.getByRole("button", { name: "Download CSV" }).click()]);
  const codes = (await readFile(await file.path(), "utf8")).trim().split("\r\n").slice(1).map((line) => line.split(",")[0]!);
  expect(new Set(codes).size).toBe(1_000);
  await page.getByLabel("I have stored the file").check();
  await page.getByRole("button", { name: "Done" }).click();
  await page.getByText("The codes were shown once").waitFor(WAIT);
  expect(await page.getByRole("button", { name: /CSV/ }).count()).toBe(0);

  // Nothing of the database holds a code, nor its bare hash.
  const bare = codes.slice(0, 3).map((code) => code.replaceAll("-", ""));
  const kept = JSON.stringify(await shop.sql("SELECT c.*, encode(c.code_hash, 'hex') AS hash FROM redeem_codes c"), (_key, value: unknown) => (typeof value === "bigint" ? String(value) : value));
  const log = JSON.stringify(await shop.sql("SELECT action, before, after FROM audit_log"));
  for (const code of [...codes.slice(0, 3), ...bare]) {
    for (const text of [kept, log]) expect(text).not.toContain(code);
    expect(kept).not.toContain(createHash("sha256").update(code).digest("hex"));
  }

  const customer = await office.open("half@example.com", "/console/wallet");
  await customer.getByLabel("Code", { exact: true }).fill(codes[0]!);
  await customer.getByRole("button", { name: "Redeem" }).click();
  await customer.getByText("$1.00 added to your wallet").waitFor(WAIT);
  await page.getByRole("button", { name: "Disable the rest" }).click();
  const dialog = page.getByRole("alertdialog");
  await dialog.getByLabel(/Reason/).fill("the partner has closed");
  await dialog.getByRole("button", { name: "Disable", exact: true }).click();
  await page.getByText("999 codes disabled").first().waitFor(WAIT);
  await customer.getByLabel("Code", { exact: true }).fill(codes[1]!);
  await customer.getByRole("button", { name: "Redeem" }).click();
  await customer.getByText("This code is not valid").waitFor(WAIT);
  await customer.close();
  expect(await shop.sql("SELECT status, count(*)::int AS codes, sum(uses)::int AS uses FROM redeem_codes GROUP BY 1 ORDER BY 1")).toEqual([{ status: "active", codes: 1, uses: 1 }, { status: "disabled", codes: 999, uses: 0 }]);
});

browserTest("after all of it the books hold, and the clearing account is what the provider says it owes", async () => {
  expect(await shop.brokenInvariants()).toEqual([]);
  const [clearing] = await shop.sql<{ sum: bigint }>("SELECT sum(e.amount_nano)::bigint AS sum FROM ledger_entries e JOIN accounts a ON a.id = e.account_id WHERE a.code = 'psp:stripe:clearing'");
  const theirs = [...stripe.books.transactions.values()].filter(({ currency }) => currency === "usd").reduce((sum, { net }) => sum + net, 0);
  expect(clearing!.sum).toBe(BigInt(theirs) * 10_000_000n);
});

browserTest("E-86 the board is green on a shop with every kind of movement, and each damage lights its own line and leads to what is wrong", async () => {
  for (let calls = 0; calls < 2; calls += 1) {
    const answer = await fetch(`${shop.url}/v1/chat/completions`, { method: "POST", headers: { authorization: `Bearer ${keyOf("half")}`, "content-type": "application/json" }, body: JSON.stringify({ model: "small", messages: [{ role: "user", content: "hello ".repeat(50) }] }) });
    expect(answer.status).toBe(200);
    await answer.text();
  }
  await until("settled", async () => (await shop.sql("SELECT 1 FROM charges")).length === 2, { timeoutMs: 15_000 });
  await page.goto(`${shop.url}/admin/ledger`);
  const board = page.getByRole("region", { name: "Invariants" });
  const lines = (): Promise<Record<string, string[]>> => board.getByRole("listitem").evaluateAll((all) => Object.fromEntries(all.flatMap((line) => {
    const rows = line.lastElementChild?.textContent ?? "";
    return rows === "0" ? [] : [[line.firstElementChild?.textContent ?? "?", [rows, ...[...line.querySelectorAll("a")].map((link) => link.getAttribute("href") ?? "")]]];
  })));
  const run = async (wanted: readonly string[]): Promise<Record<string, string[]>> => {
    await board.getByRole("button", { name: "Run now" }).click();
    await expect.poll(async () => Object.keys(await lines()), WAIT).toEqual(wanted);
    return lines();
  };
  await run([]);
  await board.getByText("All hold").waitFor(WAIT);
  expect(await board.getByRole("listitem").count()).toBe(DAMAGE.length);
  const links = new Set<string>();
  await tamper(shop, async (change) => {
    for (const { breaks, mends, found } of DAMAGE) {
      expect(await change(breaks), breaks).toBeGreaterThan(0);
      const red = await run(found);
      for (const id of found) {
        expect(red[id]![1], `${id} leads somewhere`).toMatch(/^\/admin\//);
        links.add(red[id]![1]!);
      }
      await change(mends);
    }
  });
  await page.goto(`${shop.url}/admin/codes`);
  await page.getByRole("alert").filter({ hasText: "I19" }).waitFor(WAIT);
  for (const link of links) expect((await page.request.get(shop.url + link)).status(), link).toBe(200);
  await page.goto(`${shop.url}/admin/ledger`);
  await run([]);
  expect(await shop.brokenInvariants()).toEqual([]);
});
