import { randomUUID } from "node:crypto";
import type { Browser, Page } from "playwright";
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { startShop, type Shop } from "../support/shop-process.ts";
import { keyOf } from "../support/shop-store.ts";
import { until } from "../support/until.ts";
import { startVendor, type Vendor } from "../support/vendor.ts";
import { barriers } from "./barriers.ts";
import { chromiumPath, launch } from "./browser.ts";
import { call, openOffice, PASSWORD, tamper, WAIT, type Office } from "./staff.ts";

/** What staff see of others, of themselves and of the shop's settings, each by his role. */

const SECRET_WORDS = "the-heron-stands-in-the-reeds";
const ADDRESS = "http://shop.example";
const store = {
  shop: { name: "Corner Shop" },
  groups: { default: { ratio: 1 }, friends: { ratio: 0.9 } },
  models: [{ id: "small", vendor: "acme", endpoints: ["chat"], price: { input: 10, output: 20 } }],
  users: [
    ...(["owner", "operator", "finance", "support"] as const).map((role) => ({ email: `${role}@example.com`, password: PASSWORD, role })),
    { email: "ann@example.com", password: PASSWORD, credit: { amount: 25, id: "opening" }, keys: [{ name: "app", secret: keyOf("ann") }] },
  ],
};

const executable = chromiumPath();
const browserTest = test.skipIf(executable === undefined);
let shop: Shop;
let vendor: Vendor;
let browser: Browser;
let office: Office;
let request: Readonly<{ id: string; charge: bigint; cost: bigint }>;
let annId: string;

beforeAll(async () => {
  if (executable === undefined) return;
  vendor = await startVendor();
  shop = await startShop({
    role: "all", readyMs: 600_000, env: { MODELMART_URL: ADDRESS },
    store: { ...store, channels: [{ name: "main", provider: "openai-compatible", base_url: vendor.url, keys: ["sk-vendor-0123456789abcdef"], models: { small: "up?prompt=1000&completion=1000" }, groups: ["default"], cost: { ratio: 0.5 } }] },
  });
  browser = await launch(executable);
  office = openOffice(browser, () => shop);
  for (const role of ["owner", "operator", "finance", "support"]) await (await office.open(`${role}@example.com`, "/admin")).close();
  const answer = await fetch(`${shop.url}/v1/chat/completions`, {
    method: "POST", headers: { authorization: `Bearer ${keyOf("ann")}`, "content-type": "application/json" }, body: JSON.stringify({ model: "small", user: SECRET_WORDS, messages: [{ role: "user", content: SECRET_WORDS }] }),
  });
  expect(answer.status).toBe(200);
  await answer.text();
  const [charge] = await until("settled", async () => {
    const rows = await shop.sql<{ id: string; charge: bigint; cost: string }>("SELECT id, charge_nano AS charge, round(cost_pico / 1000)::text AS cost FROM charges");
    return rows.length > 0 ? rows : undefined;
  }, { timeoutMs: 15_000 });
  request = { id: charge!.id, charge: charge!.charge, cost: BigInt(charge!.cost) };
  annId = (await shop.sql<{ id: string }>("SELECT id FROM users WHERE email = 'ann@example.com'"))[0]!.id;
}, 620_000);
afterAll(async () => {
  await browser?.close();
  await shop?.stop();
  await vendor?.close();
});
afterEach(() => expect(office.problems()).toEqual([]));

const text = (value: unknown): string => JSON.stringify(value, (_key, each: unknown) => (typeof each === "bigint" ? String(each) : each));

browserTest("E-87 a request shows support no cost, operator and finance the cost, and nobody what was written", async () => {
  expect(request.charge).toBe(30_000_000n);
  const seen: Record<string, unknown> = {};
  for (const role of ["support", "operator", "finance"] as const) {
    const page = await office.open(`${role}@example.com`, `/admin/requests/${request.id}`);
    await page.getByRole("heading", { name: "Tries" }).waitFor(WAIT);
    await page.getByText("up?prompt=1000").waitFor(WAIT);
    const shown = await call(page, "admin.requests.get", { id: request.id }, "query");
    const all = `${await page.content()} ${text(shown)}`;
    expect(all).not.toContain(SECRET_WORDS);
    const amounts = await page.locator("main data").evaluateAll((values) => values.map((value) => value.getAttribute("value")));
    seen[role] = {
      cost: await page.getByText("Margin", { exact: true }).count() > 0, amount: amounts.includes(request.cost.toString()), wire: text(shown).includes(`"costNano":"${request.cost}"`),
      books: await page.locator("main a[href^='/admin/ledger']").count() > 0, refund: await page.getByRole("button", { name: "Give back" }).count() > 0,
    };
    if (role === "finance") expect(await barriers(page)).toEqual([]);
    await page.close();
  }
  expect(seen).toEqual({
    support: { cost: false, amount: false, wire: false, books: false, refund: false },
    operator: { cost: true, amount: true, wire: true, books: false, refund: false },
    finance: { cost: true, amount: true, wire: true, books: true, refund: true },
  });
  for (const table of ["charges", "attempts", "outbox", "audit_log"]) expect(text(await shop.sql(`SELECT * FROM ${table}`))).not.toContain(SECRET_WORDS);
});

/** What an operator types, and the setting that is meant. */
const WORDS: Readonly<Record<string, string>> = {
  overdraft: "money.overdraft", chargeback: "payments.dispute", vat: "payments.tax", exchange: "payments.rate", surcharge: "payments.fee_percent", logo: "brand.logo", colour: "brand.color", headline: "landing.title",
  gdpr: "legal.privacy", tos: "legal.terms", "welcome credit": "shop.sign_up_credit", registration: "shop.sign_up", "smallest top-up": "payments.min", language: "shop.default_locale", "bytes hold": "money.guard_exact",
  透支: "money.overdraft", 拒付: "payments.dispute", 增值税: "payments.tax", 汇率: "payments.rate", 手续费: "payments.fee_percent", 图标: "brand.logo", 主题色: "brand.color", 主标题: "landing.title",
  退款: "legal.refunds", 礼金: "shop.sign_up_credit", 注册: "shop.sign_up", 最低充值: "payments.min", 翻译: "shop.default_locale", 预扣: "money.guard_exact", 别名: "relay.model_echo",
};

browserTest("E-88 thirty words of both languages find their setting first; one is changed, read in its history and restored; one of the environment is locked", async () => {
  const page = await office.open("operator@example.com", "/admin/settings/shop");
  const box = page.getByRole("searchbox", { name: "Find a setting" });
  await page.getByText("shop.sign_up", { exact: true }).waitFor(WAIT);
  const found: Record<string, string> = {};
  for (const [word, path] of Object.entries(WORDS)) {
    await box.fill(word);
    await page.locator("main ul code", { hasText: path }).first().waitFor(WAIT);
    found[word] = (await page.locator("main ul code").first().textContent()) ?? "";
  }
  expect(Object.keys(WORDS)).toHaveLength(30);
  expect(found).toEqual(WORDS);
  await page.context().addCookies([{ name: "mm-locale", value: "zh", url: shop.url }]);
  await page.reload();
  await page.getByRole("searchbox").fill("chargeback");
  await page.locator("main ul code", { hasText: "payments.dispute" }).waitFor(WAIT);
  await page.context().addCookies([{ name: "mm-locale", value: "en", url: shop.url }]);

  await page.goto(`${shop.url}/admin/settings/payments`);
  const save = async (row: RegExp, before: string, after: string): Promise<void> => {
    await page.getByRole("button", { name: "Review and save" }).click();
    const dialog = page.locator(".dialog");
    await dialog.getByRole("row", { name: row }).filter({ hasText: before }).filter({ hasText: after }).waitFor(WAIT);
    await dialog.getByRole("button", { name: "Save" }).click();
    await dialog.waitFor({ state: "detached" });
  };
  const stored = async (): Promise<unknown> => (await shop.sql<{ value: unknown }>("SELECT value FROM settings WHERE key = 'payments.bonus_days'"))[0]?.value;
  const field = page.getByRole("listitem").filter({ hasText: "payments.bonus_days" });
  const days = field.getByRole("textbox").or(field.getByRole("spinbutton")).first();
  const initial = await days.inputValue();
  await days.fill("45");
  await save(/Bonus lasts/, initial, "45");
  expect(await stored()).toBe(45);
  await days.fill("60");
  await save(/Bonus lasts/, "45", "60");
  await field.getByRole("button", { name: /History of|history/i }).click();
  const history = page.locator(".dialog");
  await history.getByText("Before: 45").or(history.getByText("45")).first().waitFor(WAIT);
  expect(await history.textContent()).toContain("operator@example.com");
  await history.getByRole("button", { name: "Restore" }).first().click();
  expect(await days.inputValue()).toBe("45");
  await save(/Bonus lasts/, "60", "45");
  expect(await stored()).toBe(45);

  await page.goto(`${shop.url}/admin/settings/shop`);
  const locked = page.getByRole("listitem").filter({ hasText: "shop.url" });
  await locked.getByText(/MODELMART_URL/).waitFor(WAIT);
  expect(await locked.textContent()).toContain(ADDRESS);
  expect(await locked.getByRole("textbox").count()).toBe(0);
  await expect(call(page, "admin.settings.save", { changes: [{ path: "shop.url", value: "https://other.example", seen: null }] })).rejects.toThrow(/environment|locked|MODELMART_URL/);
  await page.close();
});

browserTest("E-80 five given and three taken stand in the books as shown before; a short reason is refused where it is typed", async () => {
  const page = await office.open("finance@example.com", `/admin/users/${annId}`);
  const dialog = page.locator(".dialog");
  const adjust = async (way: "Give" | "Take away", amount: string, button: string, said: string): Promise<void> => {
    await page.getByRole("button", { name: "Adjust balance" }).click();
    await dialog.getByText(way, { exact: true }).click();
    await dialog.getByLabel("Amount").fill(amount);
    const submit = dialog.getByRole("button", { name: button });
    await dialog.getByLabel("Reason").fill("short");
    expect(await submit.isDisabled()).toBe(true);
    await dialog.getByLabel("Reason").fill("agreed on the phone");
    await dialog.getByRole("row", { name: /Balance before, after/ }).waitFor(WAIT);
    await submit.click();
    await page.getByText(said).first().waitFor(WAIT);
    await dialog.waitFor({ state: "detached" });
  };
  await adjust("Give", "5", "Give $5.00", "$5.00 given");
  await adjust("Take away", "3", "Take $3.00", "$3.00 taken");
  const posted = await shop.sql<{ reason: string; wallet: bigint }>(
    "SELECT t.reason, -sum(e.amount_nano)::bigint AS wallet FROM ledger_transactions t JOIN ledger_entries e ON e.tx_id = t.id JOIN accounts a ON a.id = e.account_id AND a.wallet_id IS NOT NULL WHERE t.kind = 'manual_adjustment' GROUP BY t.id, t.reason ORDER BY t.id");
  expect(posted).toEqual([{ reason: "agreed on the phone", wallet: 5_000_000_000n }, { reason: "agreed on the phone", wallet: -3_000_000_000n }]);
  await expect(call(page, "admin.users.adjust", { id: annId, amountNano: 1n, reason: "short", idempotencyKey: randomUUID() })).rejects.toThrow();
  const audited = await office.open("owner@example.com", `/admin/audit?action=wallet.adjust`);
  await audited.getByRole("row").filter({ hasText: "agreed on the phone" }).nth(1).waitFor(WAIT);
  await audited.close();
  await page.close();
});

/** Ten acts of an owner, with the words that the log has for them. */
async function tenActs(page: Page): Promise<readonly string[]> {
  const group = await call<{ id: string }>(page, "admin.groups.create", { name: "night", ppm: 900_000 });
  const [seen] = await shop.sql<{ at: Date }>("SELECT updated_at AS at FROM groups WHERE id = $1", [group.id]);
  await call(page, "admin.groups.update", { id: group.id, seen: seen!.at, patch: { ppm: 800_000 } });
  const model = await call<{ id: string }>(page, "admin.models.create", { slug: "tiny" });
  await call(page, "admin.prices.publish", { modelId: model.id, seenVersion: null, price: { form: "words", words: { input: "1", output: "2" } } });
  const channel = await call<{ id: string }>(page, "admin.channels.create", { name: "spare", provider: "simulator", keys: "", enabled: true });
  await call(page, "admin.channels.setEnabled", { id: channel.id, enabled: false });
  await call(page, "admin.settings.save", { changes: [{ path: "shop.sign_up", value: "closed", seen: null }] });
  await call(page, "admin.users.changeGroup", { id: annId, group: "night", seen: "default" });
  await call(page, "admin.users.adjust", { id: annId, amountNano: 1_000_000_000n, reason: "for a good reason", idempotencyKey: randomUUID() });
  await call(page, "admin.codes.create", { name: "Spring", creditNano: 1_000_000_000n, count: 3, bucket: "lots", maxUses: 1, perUser: 1, reason: "for a good reason" });
  return ["group.create", "group.update", "model.create", "price.publish", "channel.create", "channel.disable", "setting.update", "user.group", "wallet.adjust", "codes.create"];
}

browserTest("E-90 ten acts stand in the log with what was before and after, are found by filter, and a tampered entry breaks the chain where it stands", async () => {
  const page = await office.open("owner@example.com", "/admin/audit");
  await page.goto(`${shop.url}/admin/audit?actor=owner@example.com`);
  const actions = await tenActs(page);
  await page.reload();
  const rows = page.getByRole("table", { name: "Entries of the audit log" }).getByRole("row");
  const drawer = page.locator(".drawer");
  for (const action of actions) {
    await rows.filter({ has: page.locator(`[title="${action}"]`) }).first().click();
    await drawer.getByText(action, { exact: true }).waitFor(WAIT);
    expect(await drawer.getByText("This act has no before and after.").count(), action).toBe(0);
    expect(await drawer.textContent()).toMatch(/owner@example\.com.*127\.0\.0\.1/);
  }
  await page.goto(`${shop.url}/admin/audit?action=group&actor=owner@example.com`);
  await rows.filter({ has: page.locator('[title="group.update"]') }).first().waitFor(WAIT);
  expect(await page.locator("table [title]").evaluateAll((all) => [...new Set(all.map((each) => each.getAttribute("title")).filter((title) => /^[a-z]+\.[a-z]+$/.test(title ?? "")))].sort())).toEqual(["group.create", "group.update"]);
  await rows.filter({ has: page.locator('[title="group.update"]') }).first().click();
  await drawer.getByRole("row", { name: /^Factor.*× 0\.9.*× 0\.8$/ }).waitFor(WAIT);
  await drawer.getByRole("button", { name: "Show as stored" }).click();
  await drawer.getByText("800000").waitFor(WAIT);
  await page.keyboard.press("Escape");
  await page.getByRole("button", { name: "Check the chain" }).click();
  await page.getByText("The chain is whole").waitFor(WAIT);

  const [entry] = await shop.sql<{ seq: bigint }>("SELECT seq FROM audit_log WHERE action = 'wallet.adjust' ORDER BY seq DESC LIMIT 1");
  await tamper(shop, async (change) => {
    expect(await change(`UPDATE audit_log SET reason = 'for a better reason' WHERE seq = ${entry!.seq}`)).toBe(1);
    await page.getByRole("button", { name: "Check the chain" }).click();
    await page.getByText(`The chain is broken at entry ${entry!.seq}`).waitFor(WAIT);
    expect(await barriers(page)).toEqual([]);
    await change(`UPDATE audit_log SET reason = 'for a good reason' WHERE seq = ${entry!.seq}`);
  });
  await page.getByRole("button", { name: "Check the chain" }).click();
  await page.getByText("The chain is whole").waitFor(WAIT);
  await page.close();
});

browserTest("an address of something that is not there answers 404, says so and leads back to its list", async () => {
  const page = await office.open("owner@example.com", "/admin");
  const id = "01890000-0000-7000-8000-000000000000";
  const lists = ["orders", "users", "channels", "models", "codes", "requests", "ledger/transactions", "ledger/accounts"];
  const answers: Record<string, number> = {};
  for (const list of lists) for (const path of [`/admin/${list}/${id}`, `/admin/${list}/no-such-thing`]) answers[path] = (await page.request.get(shop.url + path)).status();
  for (const path of [`/admin/users/${id}/wallet`, `/admin/channels/${id}/keys`]) answers[path] = (await page.request.get(shop.url + path)).status();
  expect(Object.entries(answers).filter(([, status]) => status !== 404)).toEqual([]);
  for (const path of [`/admin/users/${annId}`, `/admin/requests/${request.id}`, "/admin/ledger/accounts/equity:opening"]) expect((await page.request.get(shop.url + path)).status(), path).toBe(200);
  await page.goto(`${shop.url}/admin/orders/${id}`);
  await page.getByRole("heading", { name: "There is no such page" }).waitFor(WAIT);
  await page.getByRole("link", { name: "Back to the list" }).click();
  await page.waitForURL("**/admin/orders");
  await page.locator("h1").waitFor(WAIT);
  await page.close();
});
