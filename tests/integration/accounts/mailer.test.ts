import { mkdtemp, readdir, readFile, rm, stat } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { loadSettings, queueMail, type MailContent } from "#accounts/index.ts";
import { createMailer, deliverToFolder, letterOf, renderLetter, type Deliver } from "#notify/index.ts";
import { createLog } from "#platform/log.ts";
import { createTestAccounts, type TestAccounts } from "../../support/accounts.ts";
import { createTestDatabase, type TestDatabase } from "../../support/database.ts";

let database: TestDatabase;
let accounts: TestAccounts;
let folder: string;
const shop = { name: "Corner Shop", url: "https://shop.example" };

beforeAll(async () => {
  database = await createTestDatabase();
  accounts = createTestAccounts(database);
  folder = await mkdtemp(path.join(os.tmpdir(), "modelmart-outbox-"));
});
afterAll(async () => {
  await rm(folder, { recursive: true });
  await database.drop();
});

const mailerOf = (deliver: Deliver) => createMailer({
  pool: database.pool, sealer: accounts.context.sealer, log: createLog({ level: "silent", format: "json" }), deliver,
  settings: () => loadSettings(database.pool), baseUrl: () => Promise.resolve(shop.url),
});
const queue = (to: string, content: MailContent = { template: "verify", token: "a".repeat(43) }, locale = "en") =>
  queueMail(database.pool, accounts.context.sealer, { to, locale, content });
const row = async (to: string) =>
  (await database.pool.query<{ sent: boolean; attempts: number; sealed: Buffer | null; error: string | null }>(
    "SELECT sent_at IS NOT NULL AS sent, attempts, sealed, error FROM mails WHERE to_address = $1", [to])).rows[0]!;

test("a mail becomes a private file with both forms and the shop's own address in its link", async () => {
  await queue("ann@example.com");
  await mailerOf(deliverToFolder(folder)).drain();
  const [name] = await readdir(folder);
  const file = path.join(folder, name!);
  const text = (await readFile(file, "utf8")).replace(/=\r?\n/g, "").replaceAll("=3D", "=");
  expect(text).toMatch(/^To: .*ann@example\.com/m);
  expect(text).toContain("text/plain");
  expect(text).toContain("text/html");
  expect(text).toContain(`https://shop.example/verify#${"a".repeat(43)}`);
  expect((await stat(file)).mode & 0o077).toBe(0);
  expect(await row("ann@example.com")).toMatchObject({ sent: true, sealed: null, error: null });
});

test("a mail server that fails loses nothing: it is tried again, and sent once", async () => {
  await queue("bob@example.com");
  await mailerOf(() => Promise.reject(Object.assign(new Error("421 bob@example.com try later"), { code: "ECONNECTION" }))).drain();
  expect(await row("bob@example.com")).toMatchObject({ sent: false, attempts: 1, error: "ECONNECTION" });
  const sent: string[] = [];
  const mailer = mailerOf(({ to }) => Promise.resolve(void sent.push(to)));
  await mailer.drain();
  expect(sent).toEqual([]); // it waits
  await database.pool.query("UPDATE mails SET next_try_at = now()");
  await mailer.drain();
  await mailer.drain();
  expect(sent).toEqual(["bob@example.com"]);
});

test("several nodes send each mail once", async () => {
  for (let i = 0; i < 45; i++) await queue(`many${i}@example.com`);
  const sent: string[] = [];
  await Promise.all(Array.from({ length: 4 }, () => mailerOf(({ to }) => Promise.resolve(void sent.push(to))).drain()));
  expect(sent.filter((to) => to.startsWith("many"))).toHaveLength(45);
  expect(new Set(sent).size).toBe(sent.length);
});

test("a mail for a transaction that was rolled back is never sent", async () => {
  const client = await database.pool.connect();
  await client.query("BEGIN");
  await queueMail(client, accounts.context.sealer, { to: "gone@example.com", locale: "en", content: { template: "already" } });
  await client.query("ROLLBACK");
  client.release();
  const sent: string[] = [];
  await mailerOf(({ to }) => Promise.resolve(void sent.push(to))).drain();
  expect(sent).not.toContain("gone@example.com");
});

test("after the last try a mail is given up and its links are forgotten", async () => {
  await queue("never@example.com");
  await database.pool.query("UPDATE mails SET attempts = 9, next_try_at = now() WHERE to_address = 'never@example.com'");
  await mailerOf(() => Promise.reject(new Error("no"))).drain();
  expect(await row("never@example.com")).toMatchObject({ sent: false, attempts: 10, sealed: null });
});

const EVERY: readonly MailContent[] = [
  { template: "verify", token: "t" }, { template: "already" }, { template: "reset", token: "t" }, { template: "password-changed" },
  { template: "change-old", token: "t", newEmail: "<b>new</b>@example.com" }, { template: "change-new", token: "t" },
  { template: "changed", token: "t", newEmail: "new@example.com" }, { template: "invite", token: "t", role: "support" }, { template: "closing", on: "2030-01-01T00:00:00Z" },
  { template: "approval", kind: "order_refund", amount: "$5.00", requester: "fay@example.com", customer: "<b>bo</b>@example.com", reason: "<b>asked</b> by mail", until: "2030-01-01T00:00:00Z" },
];
test.each(EVERY)("$template in both languages, escaped, without a second header", (content) => {
  const hostile = { name: "Shop\r\nBcc: all@example.com <script>", url: "https://shop.example" };
  const [en, zh] = (["en", "zh"] as const).map((locale) => renderLetter(letterOf(content, hostile, locale), hostile, locale));
  expect(en!.subject).not.toMatch(/[\r\n]/);
  expect(en!.html).not.toMatch(/<script|<b>/);
  expect(zh!.subject).toMatch(/\p{Script=Han}/u);
  expect(zh!.text).not.toBe(en!.text);
  expect(zh!.html).toContain('lang="zh"');
});
