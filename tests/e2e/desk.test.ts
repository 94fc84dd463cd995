import type { Browser, Page } from "playwright";
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { startShop, type Shop } from "../support/shop-process.ts";
import { barriers } from "./barriers.ts";
import { chromiumPath, launch } from "./browser.ts";
import { takenOver } from "./taken-over.ts";
import { openOffice, PASSWORD, WAIT, type Office } from "./staff.ts";

/** Work on many things at once, and ways back: channels together and in order, prices from a spreadsheet, a conversation told anew. */

const OPERATOR = "operator@example.com", ANN = "ann@example.com";
const model = (id: string, input: number, output: number) => ({ id, vendor: "acme", endpoints: ["chat"], price: { input, output } });
const channel = (name: string, priority: number) => ({ name, provider: "simulator", priority, models: { "sim-large": "large?tokens=12", "sim-small": "small?tokens=4" }, groups: ["default"] });
const store = {
  shop: { name: "Corner Shop", sign_up: "closed" },
  groups: { default: { ratio: 1 }, club: { ratio: 0.9 } },
  models: [model("sim-large", 3, 15), model("sim-small", 0.5, 1.5), model("spare", 1, 2)],
  channels: [channel("alpha", 20), channel("beta", 10), channel("gamma", 10)],
  users: [{ email: OPERATOR, password: PASSWORD, role: "operator" }, { email: ANN, password: PASSWORD, credit: { amount: 20, id: "opening" } }],
};

const executable = chromiumPath();
const browserTest = test.skipIf(executable === undefined);
let shop: Shop;
let browser: Browser;
let office: Office;

beforeAll(async () => {
  if (executable === undefined) return;
  shop = await startShop({ role: "all", readyMs: 600_000, store });
  browser = await launch(executable);
  office = openOffice(browser, () => shop);
}, 620_000);
afterAll(async () => {
  await browser?.close();
  await shop?.stop();
});
afterEach(() => expect(office.problems()).toEqual([]));

async function open(email: string, path: string): Promise<Page> {
  const page = await office.open(email, path);
  await takenOver(page);
  return page;
}

const order = async (): Promise<string> => {
  const rows = await shop.sql<{ names: string }>("SELECT string_agg(name, ' ' ORDER BY number) AS names FROM channels WHERE deleted_at IS NULL GROUP BY priority ORDER BY priority DESC");
  return rows.map(({ names }) => names).join(" > ");
};
const comes = (read: () => Promise<unknown>, expected: unknown) => expect.poll(read, { timeout: WAIT.timeout }).toEqual(expected);
const undo = async (page: Page, after: string | RegExp): Promise<void> => {
  const note = page.locator(".toast").filter({ hasText: after }).first();
  await note.getByRole("button", { name: "Undo" }).click();
  await note.waitFor({ state: "detached" });
};

browserTest("the ticked channels change together after a look, and back by one click", async () => {
  const page = await open(OPERATOR, "/admin/channels");
  const weights = async () => (await shop.sql<{ name: string; weight: number; groups: number }>("SELECT name, weight, (SELECT count(*)::int FROM channel_groups g WHERE g.channel_id = c.id) AS groups FROM channels c ORDER BY number")).map(({ name, weight, groups }) => `${name} ${weight} ${groups}`);
  for (const name of ["alpha", "beta"]) await page.getByRole("row", { name: new RegExp(name) }).getByRole("checkbox").check();
  await page.getByRole("button", { name: "Edit", exact: true }).click();
  const dialog = page.getByRole("dialog");
  await dialog.getByLabel("Weight").fill("5");
  await dialog.getByLabel("Group club").click();
  await page.getByRole("option", { name: "Serve it" }).click();
  await dialog.getByRole("row", { name: /alpha.*Weight 1 5.*club, default/ }).waitFor();
  expect(await barriers(page)).toEqual([]);
  await dialog.getByRole("button", { name: "Change 2 channels" }).click();
  await comes(weights, ["alpha 5 2", "beta 5 2", "gamma 1 1"]);
  await undo(page, "2 channels changed");
  await comes(weights, ["alpha 1 1", "beta 1 1", "gamma 1 1"]);
  await page.close();
});

browserTest("the order of channels is changed by keyboard, by mouse and from the menu, and taken back", async () => {
  const page = await open(OPERATOR, "/admin/channels?view=order");
  expect(await order()).toBe("alpha > beta gamma");
  const list = page.getByRole("list", { name: "Order of the channels" });
  const shows = (names: string) => expect.poll(async () => (await list.locator(".font-medium").allTextContents()).join(" "), WAIT).toBe(names);
  await page.getByRole("button", { name: "Move gamma", exact: true }).focus();
  await page.keyboard.press("Enter");
  await page.getByRole("button", { name: "Put gamma down", exact: true }).waitFor();
  for (const key of ["ArrowUp", "ArrowUp", "ArrowUp"]) await page.keyboard.press(key);
  await page.getByRole("status").filter({ hasText: "Place 1 of 3, alone" }).waitFor({ state: "attached" });
  expect(await order()).toBe("alpha > beta gamma");
  await page.keyboard.press("Enter");
  await comes(order, "gamma > alpha > beta");
  await undo(page, "gamma has its new place");
  await comes(order, "alpha > beta gamma");
  await shows("alpha beta gamma");
  await list.locator(":scope > li").filter({ hasText: "alpha" }).getByText("alpha", { exact: true }).dragTo(list.locator(":scope > li").filter({ hasText: "beta" }));
  await comes(order, "alpha beta gamma");
  // The next move follows at once, on what the first has left.
  await page.getByRole("button", { name: "Move beta to", exact: true }).click();
  await page.getByRole("menuitem", { name: "To the top" }).click();
  await comes(order, "beta > alpha gamma");
  expect(await barriers(page)).toEqual([]);
  await page.close();
});

browserTest("a channel is duplicated, switched off and to be given its own keys", async () => {
  const page = await open(OPERATOR, "/admin/channels");
  await page.getByRole("row", { name: /gamma/ }).getByRole("button", { name: /more|actions|row/i }).click();
  await page.getByRole("menuitem", { name: "Duplicate" }).click();
  await page.getByRole("heading", { level: 1, name: "gamma (2)" }).waitFor();
  await page.getByText("Off by hand").first().waitFor();
  expect(await shop.sql("SELECT status, (SELECT count(*)::int FROM channel_models m WHERE m.channel_id = c.id) AS models FROM channels c WHERE name = 'gamma (2)'")).toEqual([{ status: "disabled", models: 2 }]);
  await page.close();
});

const prices = async (): Promise<string[]> => (await shop.sql<{ line: string }>(
  `SELECT DISTINCT ON (m.slug) m.slug || ' ' || (p.doc #>> '{items,input}') || ' ' || (p.doc #>> '{items,output}') AS line
     FROM price_versions p JOIN models m ON m.id = p.model_id ORDER BY m.slug, p.effective_from DESC`)).map(({ line }) => line);

browserTest("a table from a spreadsheet shows its changes and errors by line, is reviewed, published and taken back", async () => {
  const page = await open(OPERATOR, "/admin/prices");
  await page.getByRole("button", { name: "Paste a table" }).click();
  const dialog = page.getByRole("dialog");
  await dialog.getByLabel("Table").fill("model\tinput\toutput\nsim-large\t3.5\t\nsim-small\t0,60\t2\nnobody\t1\t2\nspare\t1\t2.5");
  await dialog.getByText("2 models change, 0 as they are, 2 lines with errors.").waitFor();
  expect(await dialog.getByRole("list", { name: "Lines with errors" }).getByRole("listitem").allTextContents()).toEqual([expect.stringContaining("Line 3 Input: “0,60” has a comma"), expect.stringContaining("Line 4 There is no model nobody.")]);
  expect(await barriers(page)).toEqual([]);
  await dialog.getByRole("button", { name: "Put 2 models on the sheet" }).click();
  // Further by keyboard: fill from above, one back, a range over two cells.
  const cell = (name: string, item: string) => page.getByLabel(`${name}, ${item}`, { exact: true });
  await cell("sim-large", "Output").focus();
  await page.keyboard.press("Enter");
  await page.keyboard.press("Control+d");
  await expect.poll(() => cell("sim-small", "Output").inputValue(), WAIT).toBe("15.00");
  await page.keyboard.press("Control+z");
  await expect.poll(() => cell("sim-small", "Output").inputValue(), WAIT).toBe("1.50");
  await cell("sim-small", "Input").evaluate((input, text) => {
    const clipboardData = new DataTransfer();
    clipboardData.setData("text/plain", text);
    input.dispatchEvent(new ClipboardEvent("paste", { clipboardData, bubbles: true, cancelable: true }));
  }, "0.7\r\n1.2\r\n");
  await page.getByText("4 changes in 3 models").first().waitFor();
  await page.getByRole("button", { name: "Review and publish" }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Publish 3 prices" }).click();
  await comes(prices, ["sim-large 3500000 15000000", "sim-small 700000 1500000", "spare 1200000 2500000"]);
  await undo(page, "3 prices published");
  await page.getByText("Taken back").first().waitFor();
  expect(await prices()).toEqual(["sim-large 3000000 15000000", "sim-small 500000 1500000", "spare 1000000 2000000"]);
  await page.close();
});

browserTest("a question is put in other words and answered from there, an answer made anew, a turn deleted and brought back", async () => {
  const page = await open(ANN, "/console/playground?model=sim-small");
  const ask = async (text: string, answers: number): Promise<void> => {
    await page.getByLabel("Message").fill(text);
    await page.getByRole("button", { name: "Send" }).click();
    await expect.poll(() => page.locator("[data-cost]").count(), WAIT).toBe(answers);
  };
  await ask("first question", 1);
  await ask("second question", 2);
  const turns = () => page.locator("[data-turn=user] p").allTextContents();
  await page.getByRole("button", { name: "Edit and run again" }).first().click();
  await page.getByLabel("Your words").fill("first in other words");
  await page.keyboard.press("Control+Enter");
  await comes(turns, ["first in other words"]);
  await expect.poll(() => page.locator("[data-cost]").count(), WAIT).toBe(1);
  await undo(page, "2 later turns left out");
  await comes(turns, ["first question", "second question"]);
  await page.getByRole("button", { name: "Run again from here" }).last().click();
  await expect.poll(async () => Number((await shop.sql<{ count: number }>("SELECT count(*)::int AS count FROM charges"))[0]!.count), WAIT).toBe(4);
  await expect.poll(() => page.locator("[data-cost]").count(), WAIT).toBe(2);
  await page.getByRole("button", { name: "Delete with its answer" }).first().click();
  await comes(turns, ["second question"]);
  expect(await barriers(page)).toEqual([]);
  await undo(page, "Deleted");
  await comes(turns, ["first question", "second question"]);
  await page.close();
});
