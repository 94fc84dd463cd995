import { execFile } from "node:child_process";
import { mkdir, rm, writeFile } from "node:fs/promises";
import path from "node:path";
import { promisify } from "node:util";
import OpenAI, { APIError } from "openai";
import type { Browser, Page } from "playwright";
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { startShop, type Shop } from "../support/shop-process.ts";
import { keyOf, uuidOf } from "../support/shop-store.ts";
import { until } from "../support/until.ts";
import { barriers } from "./barriers.ts";
import { chromiumPath, launch } from "./browser.ts";
import { customerAt, readReceipt, type Customer } from "./customer.ts";

/** Keys at their limits, code as it is shown, credit that ends in mid-answer, and the playground: what a customer meets. */

const PASSWORD = "correct-horse-battery";
const PICTURE = "https://evil.example/pixel.png";
const user = (name: string, credit: number) => ({ email: `${name}@example.com`, password: PASSWORD, role: "customer", group: "default", credit: { amount: credit, id: "opening" }, keys: [{ name: "app", secret: keyOf(name) }] });
const store = {
  shop: { name: "Corner Shop", sign_up: "closed" },
  groups: { default: { ratio: 1 } },
  models: [
    { id: "fixed", vendor: "acme", context: 32_000, endpoints: ["chat"], price: { per_request: 0.005 } },
    { id: "talk", vendor: "acme", context: 32_000, max_output: 8_000, endpoints: ["chat"], price: { input: 0.1, output: 0.4 } },
    { id: "long", vendor: "acme", context: 200_000, max_output: 64_000, endpoints: ["chat"], price: { input: 1, output: 40 } },
  ],
  channels: [{ name: "main", provider: "simulator", models: { fixed: "fixed?tokens=5", talk: "talk", long: "long?tokens=40000&chunk_ms=2" }, groups: ["default"] }],
  users: [user("alice", 5), user("poor", 0.08)],
};

const executable = chromiumPath();
const browserTest = test.skipIf(executable === undefined);
const run = promisify(execFile);
const ROOT = path.join(import.meta.dirname, "../..");
const SNIPPETS = path.join(ROOT, "tests/.out/snippets");
let shop: Shop;
let browser: Browser;
const customers: Customer[] = [];

async function signedIn(name: string): Promise<Page> {
  const customer = await customerAt(browser, { url: shop.url, email: `${name}@example.com`, password: PASSWORD });
  customers.push(customer);
  return customer.page;
}

beforeAll(async () => {
  if (executable === undefined) return;
  shop = await startShop({ role: "all", store });
  browser = await launch(executable);
});
afterAll(async () => {
  await browser?.close();
  await shop?.stop();
  await rm(SNIPPETS, { recursive: true, force: true });
});
afterEach(async () => {
  const problems = customers.flatMap((customer) => customer.problems);
  await Promise.all(customers.splice(0).map(({ context }) => context.close()));
  expect(problems).toEqual([]);
});

/** A request by the official package. @returns its id, or the status and code of what was refused */
async function ask(apiKey: string, model: string): Promise<string | readonly [number | undefined, string | null | undefined]> {
  const client = new OpenAI({ baseURL: `${shop.url}/v1`, apiKey, maxRetries: 0 });
  try {
    const { response } = await client.chat.completions.create({ model, messages: [{ role: "user", content: "Hello" }] }).withResponse();
    return response.headers.get("x-request-id")!;
  } catch (error) {
    if (!(error instanceof APIError)) throw error;
    return [error.status, error.code];
  }
}

async function newKey(page: Page, name: string, total?: string): Promise<string> {
  await page.goto("/console/keys/new");
  await page.getByLabel("Name", { exact: true }).fill(name);
  if (total !== undefined) {
    await page.getByText("No limits").click();
    await page.getByLabel("At most in all").fill(total);
  }
  await page.getByRole("button", { name: "Create key" }).click();
  return (await page.locator("[data-secret]").textContent())!;
}

async function close(page: Page): Promise<void> {
  await page.getByLabel("I have stored it").check();
  await page.getByRole("button", { name: "Done" }).click();
}

browserTest("E-42: a key that has used its budget up is refused in the SDK and says so in the list; two clicks raise it", async () => {
  const page = await signedIn("alice");
  const secret = await newKey(page, "capped", "0.01");
  await close(page);
  await page.waitForURL("**/console/keys");
  for (let i = 0; i < 2; i += 1) expect(await ask(secret, "fixed")).toMatch(/^req_/);
  await expect.poll(() => ask(secret, "fixed"), { timeout: 15_000 }).toEqual([402, "budget_exceeded"]);
  // The list learns of it by itself.
  const row = page.getByRole("table").getByRole("row").filter({ hasText: "capped" });
  await row.getByText("Budget used up").waitFor();
  expect(await barriers(page)).toEqual([]);
  for (const address of ["/console", "/console/usage", "/console/requests", "/console/wallet", "/console/playground"]) expect([address, (await page.request.get(address)).status()]).toEqual([address, 200]);

  await row.getByRole("link", { name: "capped" }).click();
  await page.getByLabel("At most in all").fill("0.02");
  await page.getByRole("button", { name: "Save" }).click();
  await page.getByText("In force within a second").waitFor();
  await expect.poll(() => ask(secret, "fixed"), { timeout: 15_000 }).toMatch(/^req_/);
}, 60_000);

browserTest("E-41: rotated with an hour of overlap both secrets work, and the page says until when", async () => {
  const page = await signedIn("alice");
  const old = await newKey(page, "turning");
  await close(page);
  await page.getByRole("link", { name: "turning" }).click();
  await page.getByRole("button", { name: "Rotate", exact: true }).click();
  const dialog = page.getByRole("alertdialog");
  await dialog.getByText("1 hour", { exact: true }).click();
  expect(await barriers(page)).toEqual([]);
  await dialog.getByRole("button", { name: "Rotate" }).click();
  await page.getByText("The old secret works for 1 more hour.").waitFor();
  const next = (await page.locator("[data-secret]").textContent())!;
  expect(next).not.toBe(old);
  await close(page);
  await page.getByText(/old secret until/).first().waitFor();
  for (const secret of [old, next]) await expect.poll(() => ask(secret, "talk"), { timeout: 15_000 }).toMatch(/^req_/);
  const [kept] = await shop.sql<{ minutes: number }>("SELECT round(extract(epoch FROM old_until - now()) / 60)::int AS minutes FROM api_keys WHERE name = 'turning'");
  expect(kept!.minutes).toBeGreaterThan(55);
  expect(kept!.minutes).toBeLessThanOrEqual(60);
  expect(await page.content()).not.toContain(next.slice(10, 30));
}, 60_000);

/** The text of the code that a tab shows. */
async function codeOf(page: Page, tab: string): Promise<string> {
  await page.getByRole("tab", { name: tab, exact: true }).click();
  return (await page.getByRole("tabpanel").locator("code").allInnerTexts()).join("\n");
}

const latest = async (): Promise<string> => (await shop.sql<{ id: string }>("SELECT id FROM charges ORDER BY at DESC, id DESC LIMIT 1"))[0]?.id ?? "";

browserTest("E-43: the code beside a new key is run as it stands, in a terminal and in Node, and answers", async () => {
  const page = await signedIn("alice");
  await newKey(page, "snippets");
  const [curl, script] = [await codeOf(page, "curl"), await codeOf(page, "TypeScript")];
  await mkdir(SNIPPETS, { recursive: true });
  await writeFile(path.join(SNIPPETS, "call.sh"), curl);
  await writeFile(path.join(SNIPPETS, "call.ts"), script);
  const before = await latest();
  const { stdout: body } = await run("sh", [path.join(SNIPPETS, "call.sh")]);
  expect((JSON.parse(body) as { choices: { message: { content: string } }[] }).choices[0]!.message.content).toContain("tok");
  const { stdout: said } = await run(process.execPath, [path.join(SNIPPETS, "call.ts")], { cwd: ROOT });
  expect(said).toContain("tok");
  const id = await until("the second call is settled", async () => (await latest()) !== before && (await shop.sql<{ id: string; n: number }>(
    "SELECT c.id, (SELECT count(*)::int FROM charges o WHERE o.key_id = c.key_id) AS n FROM charges c JOIN api_keys k ON k.id = c.key_id WHERE k.name = 'snippets' ORDER BY c.id DESC LIMIT 1")).find(({ n }) => n === 2)?.id, { timeoutMs: 15_000, everyMs: 100 });
  const [row] = await shop.sql<{ charge: bigint }>("SELECT charge_nano AS charge FROM charges WHERE id = $1", [id]);
  await page.goto("/console/requests");
  await page.locator("tbody [data-row]").first().click();
  expect((await readReceipt(page)).chargeNano).toBe(row!.charge);
}, 60_000);

browserTest("E-51: credit that ends in mid-answer ends the stream, the receipt says why, and the console goes on and asks for more", async () => {
  const page = await signedIn("poor");
  const client = new OpenAI({ baseURL: `${shop.url}/v1`, apiKey: keyOf("poor"), maxRetries: 0 });
  const { data, response } = await client.chat.completions.create({ model: "long", stream: true, messages: [{ role: "user", content: "Tell me everything" }] }).withResponse();
  let text = "";
  const ending = await (async () => {
    for await (const chunk of data) text += chunk.choices[0]?.delta.content ?? "";
  })().then(() => undefined, (error: unknown) => error);
  expect(text.length).toBeGreaterThan(100);
  expect(ending).toMatchObject({ code: "insufficient_quota" });
  const id = response.headers.get("x-request-id")!;
  await until("it is settled", async () => (await shop.sql("SELECT 1 FROM charges WHERE id = $1", [uuidOf(id)])).length === 1, { timeoutMs: 15_000, everyMs: 100 });
  const [wallet] = await shop.sql<{ left: bigint }>("SELECT (paid_nano + lots_nano - debt_nano)::bigint AS left FROM wallets w JOIN users u ON u.id = w.owner_id WHERE u.email = 'poor@example.com'");
  expect(wallet!.left).toBeGreaterThanOrEqual(0n);

  await page.goto(`/console/requests/${id}`);
  const receipt = await readReceipt(page);
  expect([receipt.rule, receipt.chargeNano]).toEqual(["cut", 80_000_000n - wallet!.left]);
  expect(receipt.text).toContain("Credit ran out");
  expect(await barriers(page)).toEqual([]);
  await page.goto("/console");
  expect(await page.locator("[data-available]").getAttribute("data-available")).toBe(String(wallet!.left));
  await page.getByRole("main").getByRole("link", { name: "Top up" }).first().waitFor();
  expect(await shop.brokenInvariants()).toEqual([]);
}, 60_000);

browserTest("E-52: the playground streams, stops, compares, and fetches no picture that an answer names", async () => {
  const page = await signedIn("alice");
  const bodies: Record<string, unknown>[] = [];
  page.on("request", (request) => {
    if (request.url().endsWith("/v1/chat/completions")) bodies.push(request.postDataJSON() as Record<string, unknown>);
  });
  await page.goto("/console/playground?model=talk");
  // The simulator repeats what it was asked, as Markdown.
  await page.getByLabel("Message").fill(`![a pixel](${PICTURE}) and **this**`);
  await page.getByRole("button", { name: "Send" }).click();
  await page.getByRole("log").locator("strong", { hasText: "this" }).waitFor();
  await page.locator("[data-cost]").waitFor();
  expect(await page.getByRole("log").locator("img").count()).toBe(0);

  await page.goto("/console/playground?model=long");
  await page.getByLabel("Message").fill("Without an end");
  await page.getByRole("button", { name: "Send" }).click();
  await page.getByText(/tok tok/).first().waitFor();
  await page.getByRole("button", { name: "Stop" }).click();
  await page.getByText("Stopped.").waitFor();
  const cost = page.locator("[data-cost]");
  await cost.waitFor();
  const stopped = BigInt((await cost.getAttribute("data-cost"))!);
  await page.getByRole("link", { name: "Receipt" }).click();
  const receipt = await readReceipt(page);
  expect([receipt.rule, receipt.chargeNano]).toEqual(["left_stream", stopped]);

  await page.goto("/console/playground?model=talk");
  await page.getByRole("button", { name: "Compare" }).click();
  await page.getByLabel("Message").fill("It's one question");
  await page.getByRole("button", { name: "Send" }).click();
  await expect.poll(() => page.locator("[data-cost]").count(), { timeout: 15_000 }).toBe(2);
  await page.getByText("This request as code").or(page.getByRole("radio", { name: "Code", exact: true })).first().click({ force: true });
  const curl = await codeOf(page, "curl");
  // Run in a terminal, with the key where the code reads it, it is the same request.
  const { stdout } = await run("sh", ["-c", curl], { env: { ...process.env, OPENAI_API_KEY: keyOf("alice") } });
  expect((JSON.parse(stdout) as { choices: { message: { content: string } }[] }).choices[0]!.message.content).toContain("It's one question");
  const sent = bodies.filter(({ messages }) => JSON.stringify(messages).includes("one question"));
  expect(sent.map(({ model }) => model).sort()).toEqual([...new Set(sent.map(({ model }) => model))].sort());
  expect(sent).toHaveLength(2);
}, 60_000);
