import type { Page } from "playwright";
import { ALICE, OWNER } from "./corner-shop.ts";

/** Things that two people may have open at once, in the shop of the acts: how each is changed, saved and stored. */

export type Editing = Readonly<{
  what: string;
  who: string;
  path: string;
  /** Types a value that differs from what is stored. */
  change: (page: Page, value: 1 | 2) => Promise<void>;
  save: (page: Page) => Promise<void>;
  saved: RegExp;
  /** What is stored after the second tab's value was chosen. */
  second: RegExp;
  /** Stores it, once the two sides have been seen. */
  overwrite?: (page: Page) => Promise<void>;
  /** What is stored, as text. */
  stored: string;
}>;

/** The last button of this name: the one that lies on top. */
export const button = (page: Page, name: string | RegExp): Promise<void> => page.getByRole("button", { name, exact: true }).last().click();
/** @param idOf finds one id by a query */
export async function edits(idOf: (query: string) => Promise<string>): Promise<readonly Editing[]> {
  const channel = await idOf("SELECT id FROM channels WHERE name = 'main route'");
  const model = await idOf("SELECT id FROM models WHERE slug = 'sim-small'");
  const group = await idOf("SELECT id FROM groups WHERE name = 'vip'");
  const alice = await idOf(`SELECT id FROM users WHERE email = '${ALICE}'`);
  return [
    { what: "a channel", who: OWNER, path: `/admin/channels/${channel}/settings`, change: (page, value) => page.getByLabel("Priority").fill(String(value)), save: (page) => button(page, "Save"), saved: /saved/i, second: /^2$/, stored: `SELECT priority::text AS v FROM channels WHERE id = '${channel}'` },
    { what: "a model", who: OWNER, path: `/admin/models/${model}`, change: (page, value) => page.getByLabel("Name").first().fill(`Small ${value}`), save: (page) => button(page, "Save"), saved: /saved/i, second: /^Small 2$/, stored: `SELECT name AS v FROM models WHERE id = '${model}'` },
    { what: "a group", who: OWNER, path: `/admin/groups?open=${group}`, change: (page, value) => page.getByRole("dialog").getByLabel("Price factor").fill(`0.${value}`), save: (page) => button(page, "Save"), saved: /saved/i, second: /^200000$/, stored: `SELECT ppm::text AS v FROM groups WHERE id = '${group}'` },
    { what: "a price", who: OWNER, path: `/admin/prices?open=${model}`, change: (page, value) => page.getByRole("dialog").getByLabel("Price of Output").fill(`${value}.4`), save: (page) => button(page, "Publish now"), saved: /published/i, second: /"output": ?"2400000"/, stored: `SELECT doc::text AS v FROM price_versions WHERE model_id = '${model}' ORDER BY id DESC LIMIT 1` },
    { what: "a setting", who: OWNER, path: "/admin/settings/shop", change: (page, value) => page.getByRole("textbox", { name: "Name", exact: true }).fill(`Shop ${value}`), save: async (page) => {
      if (await page.getByRole("dialog").count() === 0) await button(page, "Review and save");
      await page.getByRole("dialog").getByRole("button", { name: "Save" }).click();
    }, saved: /within a second/i, second: /Shop 2/, overwrite: async (page) => {
      await page.getByRole("dialog").getByRole("button", { name: "Overwrite with mine" }).click();
      await page.getByRole("dialog").getByRole("button", { name: "Save" }).click();
    }, stored: "SELECT value::text AS v FROM settings WHERE key = 'shop.name'" },
    { what: "a user's group", who: OWNER, path: `/admin/users/${alice}`, change: async (page, value) => {
      await page.getByRole("button", { name: "More" }).first().click();
      await page.getByRole("menuitem", { name: "Change group" }).click();
      await page.getByRole("alertdialog").getByRole("combobox").click();
      await page.getByRole("option", { name: value === 1 ? "vip" : "trial" }).click();
    }, save: (page) => page.getByRole("alertdialog").getByRole("button").last().click(), saved: /vip/, second: /^trial$/, stored: `SELECT g.name AS v FROM users u JOIN groups g ON g.id = u.group_id WHERE u.id = '${alice}'` },
  ];
}
