import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { permissionsOfRole, type Permission, type Role } from "#accounts/permissions.ts";
import { startShop, type Shop } from "../support/shop-process.ts";
import { keyOf } from "../support/shop-store.ts";
import { until } from "../support/until.ts";
import { holesIn, writeVerdicts, type Verdicts } from "../support/verdicts.ts";
import { chromiumPath } from "./browser.ts";

/** Every page of the tree, asked for as everybody: by its own source it says what it wants, and nobody gets more. */

const root = path.resolve(import.meta.dirname, "../../src/app");
const PASSWORD = "correct-horse-battery";
const people = ["visitor", "customer", "support", "finance", "operator", "owner"] as const;
type Person = (typeof people)[number];
type Page = Readonly<{ file: string; address: string; wants: "nothing" | "session" | "staff" | Permission }>;

/** Objects of the back office: a page of something that is not there is a 404 for everybody. */
const OBJECTS: Readonly<Record<string, string>> = {
  users: "SELECT id FROM users WHERE email = 'customer@example.com'", channels: "SELECT id FROM channels", models: "SELECT id FROM models", orders: "SELECT id FROM orders", codes: "SELECT id FROM redeem_batches",
  requests: "SELECT id FROM charges", transactions: "SELECT id FROM ledger_transactions", accounts: "SELECT id::text FROM accounts",
};

/** Values of dynamic parts that lead to something, or to a page that says there is nothing. */
const ID = "01890000-0000-7000-8000-000000000000";
const PARTS: Readonly<Record<string, string>> = { "[locale]": "en", "[vendor]": "openai", "[...model]": "gpt-4o-mini", "[...slug]": "openai-python", "[page]": "terms", "[area]": "payments", "[tab]": "keys", "[id]": ID, "[token]": "no-such-token", "[...missing]": "no-such-page" };

function walk(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const at = path.join(folder, entry.name);
    return entry.isDirectory() ? walk(at) : entry.name === "page.tsx" ? [at] : [];
  });
}

/** The permission that the page, or a file of its folder or of the one above that it uses, asks `requireStaff` for. */
function permissionOf(file: string): Permission | "staff" {
  const text = readFileSync(file, "utf8");
  const used = [...text.matchAll(/from "#app\/([^"]+)"/g)].map(([, name]) => path.join(root, name!)).filter((name) => name.endsWith(".tsx"));
  for (const source of [text, ...used.map((name) => readFileSync(name, "utf8"))]) {
    const found = /requireStaff\("([a-z]+:[a-z]+)"\)/.exec(source)?.[1];
    if (found) return found as Permission;
  }
  return "staff";
}

const pages: readonly Page[] = walk(root).map((file) => {
  const parts = path.relative(root, path.dirname(file)).split(path.sep).filter((part) => part !== "" && !/^\(.*\)$/.test(part));
  const address = `/${parts.map((part) => PARTS[part] ?? part).join("/")}`;
  const wants = parts[0] === "admin" ? permissionOf(file) : parts[0] === "console" || parts[0] === "onboarding" ? "session" : "nothing";
  return { file: path.relative(root, file), address, wants };
});

const able = chromiumPath() !== undefined;
const cookies = new Map<Person, string>();
const ids = new Map<string, string>();
const rows: Verdicts[] = [];
let shop: Shop;

/** Signs in as the form does, without a browser. */
async function signIn(email: string): Promise<string> {
  const jar = new Map<string, string>();
  const keep = (response: Response) => response.headers.getSetCookie().forEach((line) => {
    const [name, value] = line.split(";")[0]!.split(/=(.*)/s);
    jar.set(name!, value ?? "");
  });
  const header = () => [...jar].map(([name, value]) => `${name}=${value}`).join("; ");
  const csrf = await fetch(`${shop.url}/api/auth/csrf`);
  keep(csrf);
  const { csrfToken } = (await csrf.json()) as { csrfToken: string };
  const answer = await fetch(`${shop.url}/api/auth/callback/credentials`, {
    method: "POST", redirect: "manual", headers: { "content-type": "application/x-www-form-urlencoded", cookie: header() }, body: new URLSearchParams({ csrfToken, email, password: PASSWORD, json: "true" }),
  });
  keep(answer);
  return header();
}

/** With an object that is there, in the back office. */
function addressOf({ address }: Page): string {
  const [, area, ...parts] = address.split("/");
  const list = parts.findLast((part) => part in OBJECTS);
  return area === "admin" && list !== undefined ? address.replace(ID, ids.get(list) ?? ID) : address;
}

async function ask(person: Person, address: string): Promise<string> {
  const response = await fetch(shop.url + address, { redirect: "manual", headers: { cookie: cookies.get(person) ?? "", accept: "text/html" } });
  const to = response.headers.get("location");
  await response.arrayBuffer();
  if (to !== null) return new URL(to, shop.url).pathname === "/sign-in" ? "to sign-in" : "redirect";
  return String(response.status);
}

beforeAll(async () => {
  if (!able) return;
  const roles: readonly Role[] = ["customer", "support", "finance", "operator", "owner"];
  shop = await startShop({
    role: "all", readyMs: 600_000,
    store: {
      shop: { name: "Corner Shop" }, models: [{ id: "gpt-4o-mini", vendor: "openai", price: { input: 1, output: 1 } }], channels: [{ name: "main", provider: "simulator", models: ["gpt-4o-mini"] }], codes: [{ code: "WELCOME-5", amount: 5 }],
      users: roles.map((role) => ({ email: `${role}@example.com`, password: PASSWORD, role, ...(role === "customer" && { credit: { amount: 5, id: "opening" }, keys: [{ name: "app", secret: keyOf("customer") }] }) })),
    },
  });
  const answer = await fetch(`${shop.url}/v1/chat/completions`, { method: "POST", headers: { authorization: `Bearer ${keyOf("customer")}`, "content-type": "application/json" }, body: JSON.stringify({ model: "gpt-4o-mini", messages: [{ role: "user", content: "hello" }] }) });
  expect(answer.status).toBe(200);
  await answer.text();
  await shop.sql(`INSERT INTO orders (id, number, wallet_id, user_id, kind, provider, livemode, status, credit_nano, bonus_nano, pay_currency, fx_rate, subtotal_minor, discount_minor, fee_minor, pay_minor, client_key, expires_at)
    SELECT gen_random_uuid(), 'ORD-1', w.id, u.id, 'topup', 'stripe', false, 'expired', 1, 0, 'USD', 1000000, 100, 0, 0, 100, 'one', now() FROM users u JOIN wallets w ON w.owner_id = u.id WHERE u.email = 'customer@example.com'`);
  for (const [list, sql] of Object.entries(OBJECTS)) ids.set(list, await until(`one of ${list}`, async () => (await shop.sql<{ id: string }>(`${sql} LIMIT 1`))[0]?.id, { timeoutMs: 20_000 }));
  for (const role of roles) cookies.set(role, await signIn(`${role}@example.com`));
}, 620_000);
afterAll(async () => {
  await shop?.stop();
  writeVerdicts("pages", people, rows);
});

test("the tree has been read, and every page of the back office states what it wants", () => {
  expect(pages.length).toBeGreaterThan(15);
  expect(pages.filter(({ wants, address }) => wants === "staff" && !address.startsWith("/admin/dev")).map(({ file }) => file)).toEqual([]);
});

test.skipIf(!able).each(pages.map((page) => [page.address, page] as const))("E-94 %s", async (_address, page) => {
  const found: string[] = [];
  for (const person of people) found.push(await ask(person, addressOf(page)));
  rows.push({ name: page.address, wants: page.wants, found });
  for (const [i, person] of people.entries()) {
    const answer = found[i]!;
    if (page.wants === "nothing") expect(["200", "redirect", "404", "410"]).toContain(answer);
    else if (person === "visitor") expect(answer).toBe("to sign-in");
    else if (page.wants === "session") expect(["200", "redirect"]).toContain(answer);
    else if (person === "customer") expect(answer).toBe("404");
    else if (page.wants === "staff" || permissionsOfRole(person).has(page.wants)) expect(["200", "redirect", ...(page.address.startsWith("/admin/dev") ? ["404"] : [])]).toContain(answer);
    else expect(answer).toBe("404");
  }
});

test.skipIf(!able)("E-94 the table has every page as everybody, and no hole", () => {
  expect(rows.map(({ name }) => name).sort()).toEqual(pages.map(({ address }) => address).sort());
  expect(holesIn(people, rows)).toEqual([]);
});
