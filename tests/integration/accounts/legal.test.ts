import { afterAll, beforeAll, expect, test } from "vitest";
import { clearSetting } from "#accounts/settings.store.ts";
import { legalInForce, listLegalVersions, saveSetting, versionInForce, versionToCome } from "#accounts/index.ts";
import { createTestAccounts, PASSWORD, type TestAccounts } from "../../support/accounts.ts";
import { createTestDatabase, type TestDatabase } from "../../support/database.ts";

const DAY = 86_400_000;
let database: TestDatabase;
let accounts: TestAccounts;

beforeAll(async () => {
  database = await createTestDatabase();
  accounts = createTestAccounts(database);
});
afterAll(() => database.drop());

const publish = (page: "terms" | "privacy" | "refunds", en: string) => saveSetting(database.pool, `legal.${page}`, { en });
const form = (email: string, terms: boolean) => ({ email, password: PASSWORD, locale: "en" as const, terms });
const refused = (work: Promise<unknown>): Promise<string> => work.then(() => "done", (error: { reason?: string }) => error.reason ?? "failed");

test("E-30: while the shop has no terms nobody is asked; once they are published a new customer agrees to the version that holds", async () => {
  expect(await accounts.visitor().public.account.terms()).not.toHaveProperty("termsUrl");
  await accounts.visitor().public.account.signUp(form("early@example.com", false));
  await publish("terms", "Be fair.");
  await publish("privacy", "Nothing is kept.");
  expect(await accounts.visitor().public.account.terms()).toMatchObject({ termsUrl: "/legal/terms", privacyUrl: "/legal/privacy" });
  expect(await refused(accounts.visitor().public.account.signUp(form("late@example.com", false)))).toBe("terms");
  await accounts.visitor().public.account.signUp(form("late@example.com", true));
  const profileOf = async (email: string) => (await (await accounts.browser(email))!.caller()).console.profile;
  const late = await profileOf("late@example.com");
  const own = async () => (await late.agreements()).map(({ page, current, agreed }) => [page, current, agreed.map(({ version }) => version)]);
  expect(await own()).toEqual([["terms", 1, [1]], ["privacy", 1, [1]]]);

  await publish("terms", "Be fair and kind.");
  expect(await own()).toEqual([["terms", 2, [1]], ["privacy", 1, [1]]]);
  expect(await late.agree()).toEqual({ terms: 2, privacy: 1 });
  await late.agree();
  expect(await own()).toEqual([["terms", 2, [2, 1]], ["privacy", 1, [1]]]);
  expect((await (await profileOf("early@example.com")).agreements()).map(({ agreed }) => agreed)).toEqual([[], []]);
});

test("a text that is saved unchanged makes no version; a withdrawn page holds no more, and its versions stay", async () => {
  await publish("refunds", "Within a week.");
  await publish("refunds", "Within a week.");
  await publish("refunds", "Within a day.");
  await clearSetting(database.pool, "legal.refunds");
  const versions = await listLegalVersions(database.pool, "refunds");
  expect(versions.map(({ version, texts }) => [version, texts?.en])).toEqual([[3, undefined], [2, "Within a day."], [1, "Within a week."]]);
  expect(versionInForce(versions, Date.now() + 1_000)).toBeUndefined();
  expect((await legalInForce(database.pool, Date.now() + 1_000)).has("refunds")).toBe(false);
});

test("with days of notice a new version is announced and holds only afterwards", async () => {
  await saveSetting(database.pool, "legal.notice_days", 14);
  await publish("privacy", "Counts are kept.");
  const versions = await listLegalVersions(database.pool, "privacy");
  const soon = Date.now() + 1_000;
  expect([versionInForce(versions, soon)?.version, versionToCome(versions, soon)?.version]).toEqual([1, 2]);
  expect(versionToCome(versions, soon)!.effectiveAt.getTime() - versions[0]!.publishedAt.getTime()).toBe(14 * DAY);
  expect((await legalInForce(database.pool, soon)).get("privacy")).toBe(1);
  expect((await legalInForce(database.pool, soon + 14 * DAY)).get("privacy")).toBe(2);
  expect(versionToCome(versions, soon + 14 * DAY)).toBeUndefined();
});

test("nobody rewords or removes what was published", async () => {
  await expect(database.pool.query("UPDATE legal_versions SET texts = '{}' WHERE page = 'terms'")).rejects.toThrow(/stays as it is/);
  await expect(database.pool.query("DELETE FROM legal_versions WHERE page = 'refunds'")).rejects.toThrow(/stays as it is/);
});
