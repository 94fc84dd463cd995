import type { Browser, BrowserContext, Page } from "playwright";
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { linkMailedTo } from "../support/outbox.ts";
import { startShop, type Shop } from "../support/shop-process.ts";
import { barriers } from "./barriers.ts";
import { chromiumPath, launch } from "./browser.ts";

/** Accounts as strangers, customers and owners meet them, in real browsers. */

const PASSWORD = "correct-horse-battery";
const OWNER = { email: "owner@example.com", password: "correct-horse-battery-staple" };
const store = {
  shop: { name: "Corner Shop", sign_up: "open", verify_email: true, sign_up_credit: 0.5 },
  groups: { default: { ratio: 1 } },
  models: [{ id: "gpt-4o-mini", vendor: "openai", price: { input: 0.15, output: 0.6 } }],
  channels: [{ name: "main", provider: "simulator", models: ["gpt-4o-mini"], groups: ["default"] }],
};

const executable = chromiumPath();
const browserTest = test.skipIf(executable === undefined);
let shop: Shop;
let browser: Browser;
const contexts: BrowserContext[] = [];
const problems: string[] = [];

type Look = Readonly<{ width?: number; dark?: boolean; locale?: "en" | "zh" }>;

/** A browser of its own: own cookies, own session. */
async function newBrowser({ width = 1440, dark = false, locale = "en" }: Look = {}): Promise<Page> {
  const context = await browser.newContext({ viewport: { width, height: 900 }, colorScheme: dark ? "dark" : "light", baseURL: shop.url });
  await context.addCookies([{ name: "mm-locale", value: locale, url: shop.url }]);
  contexts.push(context);
  const page = await context.newPage();
  page.on("pageerror", (error) => problems.push(error.message));
  page.on("console", (message) => {
    if (message.type() === "error" && !/status of 40[0134]|status of 429/.test(message.text())) problems.push(message.text());
  });
  return page;
}

/** Until React has taken the page over, a click is lost. Quiet on the network is no sign of it: the shells prefetch. */
async function ready(page: Page): Promise<void> {
  await page.waitForFunction(() => {
    const control = document.querySelector("main :is(a, button, input)");
    return control !== null && Object.keys(control).some((key) => key.startsWith("__reactProps"));
  });
}

async function sound(page: Page): Promise<void> {
  expect(await barriers(page)).toEqual([]);
  expect(await page.evaluate(() => document.documentElement.scrollWidth - innerWidth)).toBeLessThanOrEqual(0);
}

async function signUp(page: Page, email: string): Promise<void> {
  await page.goto("/sign-up", { waitUntil: "networkidle" });
  await page.getByLabel("E-mail").fill(email);
  await page.getByLabel("Password").fill(PASSWORD);
  await page.getByRole("button", { name: "Create account" }).click();
  await page.getByRole("heading", { name: "Look into your mail" }).waitFor();
}

async function signIn(page: Page, email: string, password: string, next = "/console/settings/sessions"): Promise<void> {
  await page.goto(`/sign-in?next=${next}`, { waitUntil: "networkidle" });
  await page.getByLabel("E-mail").fill(email);
  await page.getByLabel("Password").fill(password);
  await page.getByRole("button", { name: "Sign in" }).click();
  await page.waitForURL(({ pathname }) => pathname === next);
  await ready(page);
}

beforeAll(async () => {
  if (executable === undefined) return;
  shop = await startShop({ role: "all", store });
  browser = await launch(executable);
});
afterAll(async () => {
  await browser?.close();
  await shop?.stop();
});
afterEach(async () => {
  for (const context of contexts.splice(0)) await context.close();
  expect(problems.splice(0)).toEqual([]);
});

browserTest("the set-up link makes the owner and signs him in; its token stands in no address and works once, and the steps go on after a reload", async () => {
  const link = /http\S+\/setup\?token=\S+/.exec(shop.output())?.[0];
  expect(link).toBeDefined();
  const token = new URL(link!).searchParams.get("token")!;
  expect((await fetch(new URL("/setup", shop.url))).status).toBe(404);
  expect((await fetch(new URL("/setup?token=guess", shop.url))).status).toBe(404);
  const page = await newBrowser();
  await page.goto(link!, { waitUntil: "networkidle" });
  expect(new URL(page.url()).search).toBe("");
  expect(await page.content()).not.toContain(token);
  expect((await page.context().cookies()).find(({ name }) => name === "mm-setup")).toMatchObject({ httpOnly: true, sameSite: "Strict" });
  await sound(page);
  await page.getByLabel("E-mail").fill(OWNER.email);
  await page.getByLabel("Password").fill("too-short-1");
  await page.getByRole("button", { name: "Go on" }).click();
  expect(await page.getByLabel("Password").evaluate((field: HTMLInputElement) => field.validity.tooShort)).toBe(true);
  await page.getByLabel("Password").fill(OWNER.password);
  await page.getByRole("button", { name: "Go on" }).click();
  await page.waitForURL("**/setup?step=shop");
  await ready(page);
  await page.getByLabel("Name of the shop").fill("Lantern");
  await page.getByText("It works on this machine.").waitFor();
  await sound(page);
  expect((await fetch(link!)).status).toBe(404);
  expect((await fetch(new URL("/setup", shop.url))).status).toBe(404);
  await page.getByRole("button", { name: "Go on" }).click();
  // The store file has a channel already, so the wizard goes on with that one.
  await page.getByRole("heading", { name: "Does it work?" }).waitFor();
  await sound(page);
  await page.reload();
  await ready(page);
  await page.getByRole("heading", { name: "Does it work?" }).waitFor();
  await page.getByRole("button", { name: "Go on" }).click();
  await page.getByText("$ per 1M tokens").waitFor();
  await sound(page);
  await page.setViewportSize({ width: 390, height: 844 });
  await sound(page);
  for (const title of ["How do customers pay?", "How does the shop write?", "The shop is open"]) {
    await page.getByRole("button", { name: "Later" }).click();
    await page.getByRole("heading", { name: title }).waitFor();
    await page.waitForFunction(() => document.querySelector(".skeleton, [aria-busy=true]") === null);
    await sound(page);
  }
  await page.getByText("Waiting for the first request").waitFor();
  await page.setViewportSize({ width: 1440, height: 900 });
  const rows = await shop.sql("SELECT value #>> '{}' AS name FROM settings WHERE key = 'shop.name'");
  expect(rows).toEqual([{ name: "Lantern" }]);
  await page.goto("/admin/audit");
  await ready(page);
  await page.getByText("Shop owner made").first().waitFor();
});

browserTest("E-27: a stranger signs up, confirms by the link in the mail, signs in, and a second browser ends that session", async () => {
  const email = "ann@example.com";
  const first = await newBrowser();
  await signUp(first, email);
  await sound(first);
  const link = await linkMailedTo(shop.dataDir, email, /\/verify#/);
  expect(link.startsWith(`${shop.url}/verify#`)).toBe(true);
  await (await fetch(link)).text(); // a link scanner of the mail server
  await first.goto(link, { waitUntil: "networkidle" });
  await sound(first);
  await first.getByRole("button", { name: "Confirm the address" }).click();
  await first.waitForURL("**/sign-in?notice=verified**");
  await first.getByText("Your address is confirmed").waitFor();
  await sound(first);
  await signIn(first, email, PASSWORD);
  const rows = await shop.sql("SELECT sum(l.granted_nano)::text AS given FROM credit_lots l JOIN wallets w ON w.id = l.wallet_id JOIN users u ON u.id = w.owner_id WHERE u.email = $1", [email]);
  expect(rows).toEqual([{ given: "500000000" }]);

  // The link does nothing more.
  const late = await newBrowser();
  await late.goto(link, { waitUntil: "networkidle" });
  await late.getByRole("button", { name: "Confirm the address" }).click();
  await late.getByRole("heading", { name: "This link no longer works" }).waitFor();

  const second = await newBrowser({ width: 390, dark: true });
  await signIn(second, email, PASSWORD);
  await second.getByRole("button", { name: /End the session of/ }).click();
  await second.getByText("No other browser is signed in.").waitFor();
  await sound(second);
  await first.goto("/console");
  expect(new URL(first.url()).pathname).toBe("/sign-in");
  await second.reload();
  expect(new URL(second.url()).pathname).toBe("/console/settings/sessions");
});

browserTest("E-27: the same address once more: nothing on the page tells, and the mail goes to its owner", async () => {
  const page = await newBrowser({ locale: "zh" });
  await page.goto("/sign-up", { waitUntil: "networkidle" });
  await shop.sql("INSERT INTO users (id, email, group_id, verified_at) SELECT gen_random_uuid(), 'known@example.com', id, now() FROM groups LIMIT 1");
  await page.getByLabel("邮箱").fill("known@example.com");
  await page.getByLabel("密码").fill(PASSWORD);
  await page.getByRole("button", { name: "注册", exact: true }).click();
  await page.getByRole("heading", { name: "请查收邮件" }).waitFor();
  await sound(page);
  expect(await linkMailedTo(shop.dataDir, "known@example.com", /\/reset$/)).toBe(`${shop.url}/reset`);
});

browserTest("E-28: a forgotten password: the link sets a new one, every browser is out, the old one is worth nothing", async () => {
  const email = "bob@example.com";
  await shop.apply({ users: [{ email, password: PASSWORD }] });
  const inside = await newBrowser();
  await signIn(inside, email, PASSWORD);
  const page = await newBrowser({ width: 390 });
  await page.goto("/sign-in", { waitUntil: "networkidle" });
  await page.getByRole("link", { name: "Forgot it?" }).click();
  await page.getByRole("heading", { name: "Set a new password" }).waitFor();
  await page.getByLabel("E-mail").fill(email);
  await page.getByRole("button", { name: "Send the link" }).click();
  await page.getByRole("heading", { name: "Look into your mail" }).waitFor();
  await page.goto(await linkMailedTo(shop.dataDir, email, /\/reset\/[\w-]+$/), { waitUntil: "networkidle" });
  await sound(page);
  await page.getByLabel("New password").fill("Password123!");
  await page.getByRole("button", { name: "Set the password" }).click();
  await page.getByText("among the first that are guessed").waitFor();
  await page.getByLabel("New password").fill("quiet-lantern-river");
  await page.getByRole("button", { name: "Set the password" }).click();
  await page.waitForURL("**/sign-in?notice=reset");
  await signIn(page, email, "quiet-lantern-river");
  await inside.goto("/console");
  expect(new URL(inside.url()).pathname).toBe("/sign-in");
});

browserTest("E-28: wrong passwords get one answer, with or without an account, and a wait that grows and is shown", async () => {
  const email = "gus@example.com";
  await shop.apply({ users: [{ email, password: PASSWORD }] });
  const PLAIN = "That e-mail and password do not match.";
  const trying = async (address: string) => {
    const page = await newBrowser();
    await page.goto("/sign-in?next=//evil.example/x", { waitUntil: "networkidle" });
    await page.getByLabel("E-mail").fill(address);
    await page.getByLabel("Password").fill("not-my-password");
    const answer = async (): Promise<string> => {
      await page.getByRole("button", { name: "Sign in", exact: true }).click();
      await page.locator("form[aria-busy=false]").waitFor();
      return (await page.getByRole("alert").filter({ hasText: "password" }).innerText()).trim();
    };
    return { page, answer };
  };
  const [known, unknown] = [await trying(email), await trying("nobody@example.com")];
  for (const { answer } of [known, unknown]) {
    let longest = 0;
    // A try that comes late on a busy machine meets no wait; the next one is twice as long.
    for (let failures = 0; failures < 6 || longest < 3;) {
      const text = await answer();
      const seconds = new RegExp(`^${PLAIN} You can try again in (\\d+) s\\.$`).exec(text)?.[1];
      if (seconds === undefined) {
        expect(text).toBe(PLAIN);
        failures += 1;
      } else {
        longest = Math.max(longest, Number(seconds));
        await new Promise((resolve) => setTimeout(resolve, 200));
      }
    }
  }
  await sound(known.page);
  await known.page.getByLabel("Password").fill(PASSWORD);
  // The right password waits like a wrong one, and then leads to the shop and nowhere else.
  await expect.poll(async () => {
    if (known.page.url().includes("/sign-in")) await known.page.getByRole("button", { name: "Sign in", exact: true }).click({ timeout: 1_000 }).catch(() => undefined);
    return known.page.url();
  }, { timeout: 30_000, interval: 500 }).toBe(`${shop.url}/console`);
}, 120_000);

browserTest("a profile is kept: name, language and appearance; a change of address wants the password once it is old", async () => {
  const email = "cara@example.com";
  await shop.apply({ users: [{ email, password: PASSWORD }] });
  const page = await newBrowser();
  await signIn(page, email, PASSWORD, "/console/settings/profile");
  await page.getByLabel("Name").fill("Cara");
  await page.getByText("Dark", { exact: true }).click();
  await sound(page);
  await page.getByRole("button", { name: "Save" }).click();
  await page.getByText("Saved.").waitFor();
  await page.reload();
  await ready(page);
  expect(await page.getByLabel("Name").inputValue()).toBe("Cara");
  expect(await page.locator("html").getAttribute("data-theme")).toBe("dark");

  await shop.sql("UPDATE sessions SET renewed_at = now() - interval '1 hour'");
  await page.getByRole("button", { name: "Change", exact: true }).click();
  await page.getByLabel("New address").fill("cara.new@example.com");
  await page.getByRole("button", { name: "Send the links" }).click();
  await page.getByRole("heading", { name: "Give your password again" }).waitFor();
  await page.getByRole("dialog").getByLabel("Password").fill("not-my-password");
  await page.getByRole("button", { name: "Go on" }).click();
  await page.getByText("That is not your password.").waitFor();
  await sound(page);
  await page.getByRole("dialog").getByLabel("Password").fill(PASSWORD);
  await page.getByRole("button", { name: "Go on" }).click();
  await page.getByText("Two mails are on their way.").waitFor();

  const confirming = await newBrowser();
  for (const [address, kind] of [[email, "change_old"], ["cara.new@example.com", "change_new"]] as const) {
    await confirming.goto("about:blank");
    await confirming.goto(await linkMailedTo(shop.dataDir, address, new RegExp(`#${kind}`)), { waitUntil: "networkidle" });
    await confirming.getByRole("button", { name: "Confirm the change" }).click();
    await confirming.getByRole("heading", { name: kind === "change_old" ? "Confirmed" : "The address has been changed" }).waitFor();
  }
  await page.reload();
  await ready(page);
  await page.getByText("cara.new@example.com").first().waitFor();
});

browserTest("E-27: the owner invites and the one invited comes in, once; he makes a token and finds both in the log; the chain is whole", async () => {
  const page = await newBrowser();
  await shop.apply({ users: [{ email: "boss@example.com", password: OWNER.password, role: "owner" }] });
  await signIn(page, "boss@example.com", OWNER.password, "/admin/staff");
  await page.getByRole("button", { name: "New token" }).click();
  await page.getByLabel("Name").fill("scripts");
  await page.getByRole("button", { name: "Make the token" }).click();
  expect(await page.getByRole("textbox", { name: "Token" }).inputValue()).toMatch(/^mm-admin-[0-9A-Za-z]{40}$/);
  await sound(page);
  await page.getByRole("button", { name: "Done" }).click();
  await page.getByRole("button", { name: "Invite" }).click();
  await page.getByLabel("E-mail").fill("helper@example.com");
  await page.getByRole("button", { name: "Make the invitation" }).click();
  const link = await page.getByRole("textbox", { name: "Link" }).inputValue();
  expect(link).toMatch(/\/sign-up#invite=[\w-]{43}$/);
  await page.getByRole("button", { name: "Done" }).click();
  const invited = await newBrowser();
  // The second time the link is worth nothing.
  for (const email of ["helper@example.com", "another@example.com"]) {
    await invited.goto("about:blank");
    await invited.goto(link, { waitUntil: "networkidle" });
    await invited.getByText("You were invited.").waitFor();
    await invited.getByLabel("E-mail").fill(email);
    await invited.getByLabel("Password").fill(OWNER.password);
    await invited.getByRole("button", { name: "Create account" }).click();
    if (email.startsWith("another")) await invited.getByText("The invitation is missing, was used").waitFor();
    else await expect.poll(() => shop.sql("SELECT role FROM users WHERE email = 'helper@example.com' AND role <> 'customer'"), { timeout: 15_000 }).toHaveLength(1);
  }
  await sound(page);

  await page.goto("/admin/audit");
  await ready(page);
  await page.getByText("Management token made").first().click();
  await page.getByRole("dialog").getByText("scripts").first().waitFor();
  await sound(page);
  await page.keyboard.press("Escape");
  await page.getByRole("dialog").waitFor({ state: "detached" });
  await page.getByRole("button", { name: "Check the chain" }).click();
  await page.getByText(/The chain is whole/).waitFor();
  await page.goto("/admin/audit?action=staff.invite");
  await page.getByText("Staff invited").first().waitFor();
  expect(await page.getByText("Management token made").count()).toBe(0);
});

browserTest("E-43: a new customer gets from a key to the first answer on one page", async () => {
  const email = "eve@example.com";
  await shop.apply({ users: [{ email, password: PASSWORD, credit: { amount: 5, id: "opening" } }] });
  const page = await newBrowser();
  await signIn(page, email, PASSWORD, "/onboarding");
  await page.getByText("$5.00 to spend.").waitFor();
  await page.getByRole("button", { name: "Create key" }).click();
  const secret = (await page.locator("[data-secret]").textContent())!;
  await page.getByText("Waiting for your first request").waitFor();
  await sound(page);
  // A key that was not stored yet is not left behind without a question.
  const asked: string[] = [];
  page.once("dialog", (dialog) => {
    asked.push(dialog.message());
    void dialog.dismiss();
  });
  await page.getByRole("link", { name: "Skip to the console" }).click();
  await expect.poll(() => asked).toEqual(["The key cannot be shown again. Leave without storing it?"]);
  expect(new URL(page.url()).pathname).toBe("/onboarding");
  await page.getByRole("button", { name: "I have stored it" }).click();
  await page.getByText("Stored. As long as this page is open").waitFor();
  const answer = await fetch(new URL("/v1/chat/completions", shop.url), {
    method: "POST", headers: { authorization: `Bearer ${secret}`, "content-type": "application/json" },
    body: JSON.stringify({ model: "gpt-4o-mini", messages: [{ role: "user", content: "hello" }] }),
  });
  expect(answer.status).toBe(200);
  await page.getByText(/gpt-4o-mini answered\. It cost \$0\.0/).waitFor();
  await sound(page);
});

browserTest("a customer does not find the back office", async () => {
  await shop.apply({ users: [{ email: "dan@example.com", password: PASSWORD }] });
  const page = await newBrowser();
  await signIn(page, "dan@example.com", PASSWORD);
  for (const address of ["/admin/audit", "/admin/staff"]) expect((await page.goto(address))?.status()).toBe(404);
});
