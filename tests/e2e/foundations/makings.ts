import type { Page } from "playwright";

/** What is made by a button that an impatient person presses twice. */

const OWNER = "olga@example.com";
const ALICE = "alice@example.com";

export type Making = Readonly<{ what: string; who: string; path: string | ((find: (query: string) => Promise<string>) => Promise<string>); open?: string; fill: (page: Page) => Promise<void>; press: string; counted: string }>;
export const MAKING: readonly Making[] = [
  { what: "key", who: ALICE, path: "/console/keys/new", fill: (page) => page.getByLabel("Name", { exact: true }).fill("twice"), press: "Create key", counted: "api_keys WHERE name = 'twice'" },
  { what: "channel", who: OWNER, path: "/admin/channels/new?step=connect&provider=openai", fill: async (page) => {
    await page.getByLabel("Name", { exact: true }).fill("twice");
    await page.locator("textarea").first().fill("sk-twice-0123456789abcdef");
  }, press: "Save and go on", counted: "channels WHERE name = 'twice'" },
  { what: "group", who: OWNER, path: "/admin/groups", open: "New group", fill: (page) => page.getByRole("dialog").getByLabel("Name").fill("twice"), press: "Make group", counted: "groups WHERE name = 'twice'" },
  { what: "user", who: OWNER, path: "/admin/users", open: "New user", fill: (page) => page.getByRole("dialog").getByLabel("E-mail").fill("twice@example.com"), press: "Create", counted: "users WHERE email = 'twice@example.com'" },
  { what: "token", who: OWNER, path: "/admin/staff", open: "New token", fill: (page) => page.getByRole("dialog").getByLabel("Name").fill("twice"), press: "Make the token", counted: "management_tokens WHERE name = 'twice'" },
  { what: "invitation", who: OWNER, path: "/admin/staff", open: "Invite", fill: (page) => page.getByRole("dialog").getByLabel("E-mail").fill("twice@staff.example.com"), press: "Make the invitation", counted: "invites WHERE email = 'twice@staff.example.com'" },
  { what: "model", who: OWNER, path: "/admin/models", open: "Add own", fill: async (page) => {
    const dialog = page.getByRole("dialog");
    await dialog.getByLabel("Model id").fill("twice");
    await dialog.getByRole("textbox", { name: "Input" }).fill("1");
    await dialog.getByRole("textbox", { name: "Output" }).fill("2");
  }, press: "Add model", counted: "models WHERE slug = 'twice'" },
  { what: "price", who: OWNER, path: async (find) => `/admin/prices?open=${await find("SELECT id FROM models WHERE slug = 'sim-large'")}`, fill: (page) => page.getByRole("dialog").getByLabel("Price of Output").fill("16"), press: "Publish now", counted: "price_versions p JOIN models m ON m.id = p.model_id WHERE m.slug = 'sim-large' AND p.doc->'items'->>'output' = '16000000'" },
  { what: "refund of a request", who: OWNER, path: async (find) => `/admin/requests/${await find("SELECT id FROM charges WHERE charge_nano > 0 ORDER BY id LIMIT 1")}`, open: "Give back", fill: (page) => page.getByRole("alertdialog").getByLabel(/Reason/).fill("a test of patience"), press: "Give back", counted: "ledger_transactions WHERE kind = 'usage_refund'" },
  { what: "code batch", who: OWNER, path: "/admin/codes", open: "New batch", fill: async (page) => {
    const dialog = page.getByRole("dialog");
    await dialog.getByLabel("Name").fill("twice");
    await dialog.getByLabel("Credit of each code").fill("1");
    await dialog.getByLabel("How many").fill("3");
    await dialog.getByLabel("Reason").fill("a test of patience");
  }, press: "Make codes", counted: "redeem_batches WHERE name = 'twice'" },
];
