import OpenAI from "openai";
import type { Browser, Locator, Page } from "playwright";
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { startShop, type Shop } from "../support/shop-process.ts";
import { keyOf } from "../support/shop-store.ts";
import { until } from "../support/until.ts";
import { startVendor, type Vendor, type VendorRequest } from "../support/vendor.ts";
import { answer, failure, json } from "../support/vendor-scripts.ts";
import { PLAIN_VENDORS } from "../integration/relay/plain-vendors.ts";
import { repliesTo } from "../integration/relay/protocols.ts";
import { vendorRepliesTo } from "../integration/relay/vendor-protocols.ts";
import { chromiumPath, launch } from "./browser.ts";
import { call, openOffice, PASSWORD, WAIT, type Office } from "./staff.ts";

/** What is sold and where it comes from, as the operator's screens show it: vendors that fail, keys by hundreds, prices by the digit. */

const OPERATOR = "operator@example.com";
const API_KEY = keyOf("ann");
const GOOD = "sk-vendor-0123456789abcdef";
const BROKEN = ["401", "429", "500", "slow", "cut"] as const;
const model = (id: string, price: object) => ({ id, vendor: "acme", endpoints: ["chat"], price });
const store = {
  shop: { name: "Corner Shop", sign_up: "closed" },
  groups: { default: { ratio: 1 }, club: { ratio: 0.9 } },
  models: [...BROKEN.map((name) => model(`m-${name}`, { input: 1, output: 2 })), model("priced", { input: 3, output: 12 }), model("grouped", { input: 2.5, output: 10 }), model("template", { input: 1, output: 1 })],
  users: [
    { email: OPERATOR, password: PASSWORD, role: "operator" },
    { email: "ann@example.com", password: PASSWORD, credit: { amount: 50, id: "opening" }, keys: [{ name: "app", secret: API_KEY }] },
    { email: "cleo@example.com", password: PASSWORD, group: "club", credit: { amount: 50, id: "opening" }, keys: [{ name: "app", secret: keyOf("cleo") }] },
  ],
};

const executable = chromiumPath();
const browserTest = test.skipIf(executable === undefined);
let shop: Shop;
let vendor: Vendor;
let listed: readonly string[] = [];
let browser: Browser;
let office: Office;
let page: Page;

/** Vendors whose keys have parts, or whose answers are in words that nobody else has: their channels are tried out below the browser. */
const OWN_WORDS: ReadonlySet<string> = new Set([...PLAIN_VENDORS.map(({ provider }) => provider), "deepl"]);

/** Lists its models to whoever has the good key, and answers by the model's name. */
function serve(request: VendorRequest) {
  const key = request.headers.authorization ?? String(request.headers["api-key"] ?? request.headers["x-api-key"] ?? "");
  if (key.includes("wrong")) return failure(401, "Incorrect API key provided: that one", "invalid_api_key");
  if (request.path.endsWith("/models")) return json({ object: "list", data: listed.map((id) => ({ id, object: "model" })) });
  return otherWords(request) ?? answer(request);
}

/** Templates of vendors that speak otherwise than OpenAI's chat are answered in their own words. */
function otherWords({ path, json: body }: VendorRequest) {
  const reply = vendorRepliesTo(path, body, { text: "word word" }) ?? (/\/(?:messages|responses)(?:\?|$)|:(?:stream)?generateContent/i.test(path) ? repliesTo(path, body, { text: "word word" }) : undefined);
  return reply && { headers: { "content-type": reply.type }, pieces: reply.pieces };
}

beforeAll(async () => {
  if (executable === undefined) return;
  vendor = await startVendor();
  vendor.on("", serve);
  vendor.on("*", serve);
  shop = await startShop({ role: "all", readyMs: 600_000, store, env: { ALLOW_PRIVATE_UPSTREAMS: `127.0.0.1:${vendor.port}` } });
  browser = await launch(executable);
  office = openOffice(browser, () => shop);
  page = await office.open(OPERATOR, "/admin/channels");
}, 620_000);
afterAll(async () => {
  await browser?.close();
  await shop?.stop();
  await vendor?.close();
});
afterEach(() => expect(office.problems()).toEqual([]));

const goto = (path: string): Promise<unknown> => page.goto(new URL(path, shop.url).href);
const client = (key = API_KEY) => new OpenAI({ apiKey: key, baseURL: `${shop.url}/v1`, maxRetries: 0 });
const ask = (name: string, key = API_KEY) => client(key).chat.completions.create({ model: name, messages: [{ role: "user", content: "hello" }] }).withResponse();
const charged = (response: Response): bigint => BigInt(response.headers.get("x-modelmart-cost-nano-usd")!);
const groupsOf = async (channel: string): Promise<string[]> =>
  (await shop.sql<{ name: string }>("SELECT g.name FROM channel_groups cg JOIN groups g ON g.id = cg.group_id JOIN channels c ON c.id = cg.channel_id WHERE c.name = $1", [channel])).map(({ name }) => name);

/** Steps of the wizard up to the saved channel. */
async function connect(name: string, address: string, keys: string): Promise<void> {
  await goto("/admin/channels/new");
  await page.getByRole("button", { name: /OpenAI-compatible/ }).click();
  await page.getByLabel("Name").fill(name);
  await page.getByLabel("Base address").fill(address);
  await page.getByLabel("Keys").fill(keys);
  await page.getByRole("button", { name: "Save and go on" }).click();
  await page.getByRole("button", { name: "Test now" }).waitFor();
}

browserTest("E-70 each way to a vendor that does not work is named at its step, what was typed stays, and put right it sells", async () => {
  // However late the list of groups comes, the new channel is for the default one.
  await page.route(/groups\.list/, (route) => setTimeout(() => void route.continue().catch(() => undefined), 4_000));
  await connect("hard", "https://no-such-vendor.invalid/v1", GOOD);
  await page.unroute(/groups\.list/);
  expect(await groupsOf("hard")).toEqual(["default"]);
  const address = page.getByLabel("Base address");
  const fails = async (step: string, note: RegExp): Promise<void> => {
    await page.getByRole("button", { name: "Test now" }).click();
    const said = page.locator("[role=alert], .callout, section").filter({ hasText: `Failed: ${step}` }).filter({ hasText: note }).first();
    await said.waitFor();
  };
  const correct = async (url: string): Promise<void> => {
    await address.fill(url);
    await page.getByText(`Requests go to ${url}`).first().waitFor();
    await page.getByRole("button", { name: "Save", exact: true }).click();
    await page.getByText("Saved; every node has it within a second").first().waitFor();
    expect(await address.inputValue()).toBe(url);
  };
  await fails("Address found", /no-such-vendor\.invalid/);
  await correct("http://10.255.0.1:8000/v1");
  await fails("Address found", /not allowed\. ALLOW_PRIVATE_UPSTREAMS/);
  await correct(vendor.url.replace("http:", "https:"));
  await fails("Connected", /SSL|TLS|wrong version/i);
  await correct(vendor.url);
  await page.getByRole("button", { name: /^Actions for key/ }).click();
  await page.getByRole("menuitem", { name: "Replace" }).click();
  await page.locator(".dialog").getByLabel("New key").fill("sk-wrong-0123456789ab");
  await page.locator(".dialog").getByRole("button", { name: "Replace" }).click();
  await page.getByText("Key replaced").first().waitFor();
  await fails("Key accepted", /Incorrect API key provided/);
  await page.getByRole("button", { name: /^Actions for key/ }).click();
  await page.getByRole("menuitem", { name: "Replace" }).click();
  await page.locator(".dialog").getByLabel("New key").fill(GOOD);
  await page.locator(".dialog").getByRole("button", { name: "Replace" }).click();
  await page.locator(".dialog").waitFor({ state: "detached" });
  await page.getByRole("button", { name: "Test now" }).click();
  await page.getByText("Failed:").first().waitFor({ state: "detached" });
  await page.getByRole("button", { name: "Next" }).click();
  await page.getByRole("button", { name: "Add a line" }).click();
  await page.getByLabel("Sold as").fill("template");
  await page.getByRole("button", { name: "Save models" }).click();
  await page.getByText("Models saved").first().waitFor();
  await page.getByRole("button", { name: "Next" }).click();
  await page.getByRole("button", { name: "Save and switch on" }).click();
  await page.waitForURL("**/admin/channels?open=*");
  const { data } = await until("the channel sells", () => ask("template"), { timeoutMs: 15_000 });
  expect(data.choices[0]!.message.content).toContain("word");
});

browserTest("E-73 a second new channel begins with an empty form", async () => {
  await goto("/admin/channels");
  await page.getByRole("link", { name: "New channel" }).first().click();
  await page.getByRole("button", { name: /OpenAI-compatible/ }).click();
  expect(await page.getByLabel("Name").inputValue()).toBe("openai-compatible");
  expect(await page.getByLabel("Base address").inputValue()).toBe("");
  await page.getByLabel("Name").fill("typed and left");
  await page.getByLabel("Base address").fill(vendor.url);
  await page.getByLabel("Keys").fill("sk-typed-and-left-0123");
  await page.getByRole("button", { name: "Back" }).click();
  await page.getByRole("button", { name: /OpenAI-compatible/ }).click();
  expect([await page.getByLabel("Name").inputValue(), await page.getByLabel("Base address").inputValue(), await page.getByLabel("Keys").inputValue()]).toEqual(["openai-compatible", "", ""]);
});

browserTest("E-71 three hundred pasted keys: doubles and blanks go, bad ones are named by their line, none can be read again", async () => {
  const fresh = Array.from({ length: 290 }, (_, at) => `sk-bulk-${String(at).padStart(4, "0")}-abcdefghijkl`);
  const lines = [...fresh, ...fresh.slice(0, 7), "short", "sk-with\u0000nul-0123456789", "x".repeat(20_001)];
  expect(lines).toHaveLength(300);
  const pasted = lines.flatMap((line, at) => (at % 10 === 0 ? ["", `  ${line}  `] : [line])).join("\n");
  await connect("bulk", vendor.url, GOOD);
  const [{ id } = { id: "" }] = await shop.sql<{ id: string }>("SELECT id FROM channels WHERE name = 'bulk'");
  await goto(`/admin/channels/${id}/keys`);
  await page.getByLabel("Add keys").fill(pasted);
  await page.getByText("290 new, 0 here already, 10 left out.").waitFor();
  for (const problem of ["Too short", "Not a key", "Too long"]) await page.getByText(problem).first().waitFor();
  await page.getByRole("button", { name: "Save 290 keys" }).click();
  await page.getByText("291 of 291 live").first().or(page.getByText("…ijkl").first()).waitFor();
  await until("stored", async () => (await shop.sql("SELECT 1 FROM channel_keys WHERE channel_id = $1", [id])).length === 291, { timeoutMs: 15_000 });
  await page.reload();
  await page.getByText("…ijkl").first().waitFor();
  const wire = JSON.stringify([await page.content(), await call(page, "admin.channels.get", { id }, "query")], (_key, value: unknown) => (typeof value === "bigint" ? String(value) : value));
  const kept = JSON.stringify([await shop.sql("SELECT encode(sealed, 'escape') AS sealed FROM channel_keys"), await shop.sql("SELECT before, after FROM audit_log")]);
  for (const key of [fresh[0]!, fresh[289]!, GOOD]) for (const text of [wire, kept]) expect(text).not.toContain(key.slice(3, -4));
});

browserTest("E-72 the vendor's list fetched twice: only ticks change anything, and what was set by hand stays", async () => {
  listed = ["acme-one", "acme-two", "acme-old"];
  const made = await call<{ id: string }>(page, "admin.channels.create", { name: "lister", provider: "openai-compatible", baseUrl: vendor.url, keys: GOOD, models: { "our-name": "acme-one", "acme-old": "acme-old" } });
  await call(page, "admin.models.create", { slug: "our-name", price: { form: "words", words: { input: "7", output: "9" } } });
  const mapping = () => shop.sql("SELECT public_name, upstream_name FROM channel_models WHERE channel_id = $1 ORDER BY 1", [made.id]);
  await goto(`/admin/channels/${made.id}/models`);
  const list = page.getByRole("region", { name: "The vendor's list" });
  await page.getByRole("button", { name: "Fetch the vendor's list" }).click();
  await list.getByText("3 listed, 1 new, 0 gone").waitFor();
  expect(await list.locator("li input:checked").count()).toBe(0);
  await list.getByRole("button", { name: "Cancel" }).click();

  listed = ["acme-one", "acme-two", "acme-three", "acme-four"];
  const before = await mapping();
  await page.getByRole("button", { name: "Fetch the vendor's list" }).click();
  await list.getByText("4 listed, 3 new, 1 gone").waitFor();
  expect(await list.locator("li input:checked").count()).toBe(0);
  expect(await mapping()).toEqual(before);
  await list.getByRole("checkbox", { name: /acme-three/ }).check();
  await list.getByRole("checkbox", { name: /acme-old/ }).check();
  await list.getByRole("button", { name: /Add 1 model, take 1 away/ }).click();
  await list.waitFor({ state: "detached" });
  expect(await mapping()).toEqual([{ public_name: "acme-three", upstream_name: "acme-three" }, { public_name: "our-name", upstream_name: "acme-one" }]);
  const [price] = await shop.sql<{ doc: { items: Record<string, string> } }>("SELECT p.doc FROM price_versions p JOIN models m ON m.id = p.model_id WHERE m.slug = 'our-name'");
  expect(price!.doc.items).toMatchObject({ input: "7000000", output: "9000000" });
});

browserTest("E-70 a channel from every template for text that the shop ships works with a vendor behind it", async () => {
  const all = await call<readonly { id: string; operations: string[] }[]>(page, "admin.channels.providers", undefined, "query");
  // What vendors of vectors, pictures, sound and films say is another test's.
  const templates = all.filter(({ id, operations }) => !OWN_WORDS.has(id) && operations.some((operation) => ["chat", "completions"].includes(operation)));
  expect(templates.length).toBeGreaterThan(50);
  const stored = new Set((await shop.sql<{ name: string }>("SELECT name FROM channels WHERE name LIKE 't-%'")).map(({ name }) => name));
  for (const { id } of templates) {
    if (stored.has(`t-${id}`)) continue; // of a first try
    await call(page, "admin.channels.create", { name: `t-${id}`, provider: id, baseUrl: id === "simulator" ? null : vendor.url, keys: id === "simulator" ? "" : `${GOOD}-${id}`, models: { template: "template" }, enabled: true });
  }
  await goto("/admin/channels?q=t-");
  await page.getByText("t-openai", { exact: true }).first().waitFor();
  await page.getByRole("button", { name: "Test all" }).click();
  await page.getByText(/channels tested/).first().waitFor({ timeout: 50_000 });
  const tests = await shop.sql<{ name: string; test: { ok: boolean; steps: readonly { step: string; state: string; note?: string }[] } | null }>("SELECT name, last_test AS test FROM channels WHERE name LIKE 't-%' ORDER BY 1");
  expect(tests).toHaveLength(templates.length);
  expect(tests.filter(({ test }) => test?.ok !== true).map(({ name, test }) => `${name}: ${test?.steps.find(({ state }) => state === "failed")?.note ?? "not tested"}`)).toEqual([]);
  const seen = new Set(vendor.requests.flatMap(({ headers }) => Object.values(headers).flatMap((value) => new RegExp(`${GOOD}-([a-z0-9-]+)$`).exec(String(value))?.[1] ?? [])));
  expect(templates.map(({ id }) => id).filter((id) => id !== "simulator" && !seen.has(id))).toEqual([]);
  for (const { name } of tests) await call(page, "admin.channels.remove", { id: (await shop.sql<{ id: string }>("SELECT id FROM channels WHERE name = $1", [name]))[0]!.id });
});

browserTest("E-76 a vendor that refuses, limits, fails, dawdles or hangs up: customers are served by the next channel, and staff read why", async () => {
  const upstream = { "401": "x", "429": "x?status=429", "500": "x?status=500", slow: "x?head_ms=5000", cut: "x?fate=cut&after=0" } as const;
  for (const name of BROKEN) {
    await call(page, "admin.channels.create", {
      name: `c-${name}`, provider: "openai-compatible", baseUrl: vendor.url, keys: name === "401" ? "sk-wrong-0123456789ab" : GOOD, models: { [`m-${name}`]: upstream[name] }, priority: 10, enabled: true,
      ...(name === "slow" && { timeouts: { first_byte_ms: 200 } }),
    });
  }
  await call(page, "admin.channels.create", { name: "c-backup", provider: "openai-compatible", baseUrl: vendor.url, keys: GOOD, models: Object.fromEntries(BROKEN.map((name) => [`m-${name}`, "fine"])), enabled: true });
  await until("on sale", () => ask("m-cut"), { timeoutMs: 15_000 });
  const words = async (name: string): Promise<string> => {
    let text = "";
    for await (const { choices } of await client().chat.completions.create({ model: name, stream: true, messages: [{ role: "user", content: "hello" }] })) text += choices[0]?.delta.content ?? "";
    return text;
  };
  const answers = await Promise.all(BROKEN.flatMap((name) => Array.from({ length: 8 }, () => words(`m-${name}`))));
  expect(answers.filter((text) => text !== "word word word word word")).toEqual([]);
  await goto("/admin/health");
  const channels = page.getByRole("table").filter({ hasText: "c-backup" }).first();
  const says = (name: string, words: RegExp): Promise<void> => expect.poll(() => channels.getByRole("row", { name: new RegExp(`c-${name} `) }).textContent(), { timeout: 20_000 }).toMatch(words);
  await says("401", /No live key.*Key refused|key.*refused/i);
  await says("500", /Failing.*Vendor's server failed/);
  await says("slow", /Failing.*Too slow/);
  await says("cut", /Failing.*(Broke off|No connection|Unreadable answer|Passing fault)/);
  await says("backup", /Healthy/);
  await goto("/admin/channels?q=c-429");
  await page.getByRole("row", { name: /c-429/ }).click();
  await page.getByRole("link", { name: "Full page" }).click();
  await page.getByText("Rate-limited (429)").waitFor();
  await goto("/admin");
  await page.getByText(/c-401/).first().waitFor();
});

const cell = (name: string): Locator => page.getByLabel(`Price of ${name}`);

browserTest("E-77 a price typed as ratio and in dollars is the same number; a bad cell says so; below cost asks; a later price waits, and can be withdrawn", async () => {
  const [{ id } = { id: "" }] = await shop.sql<{ id: string }>("SELECT id FROM models WHERE slug = 'priced'");
  await call(page, "admin.channels.create", { name: "seller", provider: "openai-compatible", baseUrl: vendor.url, keys: GOOD, models: { priced: "p?prompt=1000&completion=1000", grouped: "g?prompt=1000&completion=1000" }, groupIds: (await shop.sql<{ id: string }>("SELECT id FROM groups")).map((group) => group.id), enabled: true });
  const versions = () => shop.sql<{ doc: { items: Record<string, string> }; later: boolean }>("SELECT doc, effective_from > now() AS later FROM price_versions WHERE model_id = $1 ORDER BY effective_from, id", [id]);
  const publish = async (button = "Publish now", said = "Published; in force"): Promise<void> => {
    await page.getByRole("button", { name: button, exact: true }).click();
    await page.locator(".toast").filter({ hasText: said }).first().waitFor();
  };
  await goto(`/admin/prices?open=${id}`);
  await cell("Input").fill("2.718281");
  await cell("Output").fill("7x");
  await page.getByRole("alert").getByText("Not a price.").waitFor();
  expect(await page.getByRole("button", { name: "Publish now" }).isDisabled()).toBe(true);
  await cell("Output").fill("8.154843");
  await publish();
  // The old price is not shown again until the new one holds.
  expect(await cell("Input").inputValue()).toBe("2.718281");
  const newest = (items: object): Promise<void> => expect.poll(async () => (await versions()).at(-1)!.doc.items, WAIT).toMatchObject(items);
  await newest({ input: "2718281", output: "8154843" });

  await page.locator(".drawer").getByRole("radio", { name: "Ratio" }).check({ force: true });
  await expect.poll(() => cell("Input").inputValue(), WAIT).toBe("1.3591405");
  expect(await cell("Output").inputValue()).toBe("3");
  await cell("Input").fill("1.5");
  await cell("Output").fill("4");
  await publish();
  await newest({ input: "3000000", output: "12000000" });
  expect(charged((await until("in force", async () => {
    const answered = await ask("priced");
    return charged(answered.response) === 15_000_000n ? answered : undefined;
  }, { timeoutMs: 15_000 })).response)).toBe(15_000_000n);

  const [{ id: channel } = { id: "" }] = await shop.sql<{ id: string }>("SELECT id FROM channels WHERE name = 'seller'");
  await call(page, "admin.channels.setCost", { id: channel, upstreamName: "p?prompt=1000&completion=1000", cost: { input: "2", output: "5" } });
  await goto(`/admin/prices?open=${id}`);
  await cell("Input").fill("1");
  await page.getByRole("button", { name: "Publish now" }).click();
  await page.getByText("This sells below the cost of the dearest live channel.").waitFor();
  expect(await versions()).toHaveLength(3);
  await page.getByRole("button", { name: "Discard" }).click();

  await cell("Output").fill("20");
  await page.getByLabel("From").fill("2099-01-01T12:00");
  await publish("Schedule", "Scheduled");
  await expect.poll(async () => (await versions()).at(-1), WAIT).toMatchObject({ later: true, doc: { items: { output: "20000000" } } });
  await page.getByRole("button", { name: "Withdraw" }).click();
  await page.getByText("Withdrawn").first().waitFor();
  expect((await versions()).filter(({ later }) => later)).toEqual([]);

  const soon = new Date(Date.now() + 3_000);
  await call(page, "admin.prices.publish", { modelId: id, seenVersion: (await shop.sql<{ id: bigint }>("SELECT id FROM price_versions WHERE model_id = $1 ORDER BY id DESC LIMIT 1", [id]))[0]!.id, from: soon, price: { form: "words", words: { input: "4", output: "16" } } });
  const costs: bigint[] = [];
  await until("the price changes at its second", async () => {
    const sent = Date.now();
    const cost = charged((await ask("priced")).response);
    costs.push(cost);
    // Admitted before the second and after it: there is nothing between the two prices.
    if (Date.now() < soon.getTime()) expect(cost).toBe(15_000_000n);
    return cost === 20_000_000n && sent >= soon.getTime() - 1_000;
  }, { timeoutMs: 20_000, everyMs: 100 });
  expect(new Set(costs)).toEqual(new Set([15_000_000n, 20_000_000n]));
  await page.reload();
  const history = page.getByRole("listitem").filter({ hasText: OPERATOR });
  await history.first().waitFor();
  expect(await history.count()).toBe(3);
  expect(await history.first().textContent()).toMatch(/Input .* to .*Output .* to /);
});

browserTest("E-79 a group's new factor shows on the shop's prices what the next request then costs; a running one keeps the old", async () => {
  const price = (ppm: bigint): bigint => (1_000n * 2_500_000n * ppm + 1_000n * 10_000_000n * ppm) / 1_000_000n / 1_000n;
  expect(charged((await until("sold to the club", () => ask("grouped", keyOf("cleo")), { timeoutMs: 15_000 })).response)).toBe(price(900_000n));
  // The preview is of the five models that are asked for most.
  await Promise.all(Array.from({ length: 14 }, () => ask("grouped", keyOf("cleo"))));
  await until("settled", async () => (await shop.sql("SELECT 1 FROM charges c JOIN models m ON m.id = c.model_id WHERE m.slug = 'grouped'")).length >= 15, { timeoutMs: 15_000 });
  const [{ id } = { id: "" }] = await shop.sql<{ id: string }>("SELECT id FROM groups WHERE name = 'club'");
  await goto(`/admin/groups?open=${id}`);
  const drawer = page.locator(".drawer");
  await drawer.getByRole("row", { name: /grouped/ }).waitFor();
  expect(await drawer.getByRole("row", { name: /grouped/ }).textContent()).toMatch(/2\.25.*9\.00/);
  await drawer.getByLabel("Price factor", { exact: true }).fill("0.73");
  expect(await drawer.getByRole("row", { name: /grouped/ }).textContent()).toMatch(/1\.825.*7\.30/);
  vendor.once("g?prompt=1000&completion=1000", { ...answer({ model: "g?prompt=1000&completion=1000", path: "/v1/chat/completions", json: {}, stream: false } as VendorRequest), headMs: 2_500 });
  const running = ask("grouped", keyOf("cleo"));
  await until("it runs", () => vendor.running > 0);
  await drawer.getByRole("button", { name: "Save" }).click();
  await page.getByText(/saved/i).first().waitFor();
  const next = await until("the new price holds", async () => {
    const { response } = await ask("grouped", keyOf("cleo"));
    return charged(response) === price(730_000n) ? charged(response) : undefined;
  }, { timeoutMs: 15_000, everyMs: 100 });
  expect(next).toBe(price(730_000n));
  expect(charged((await running).response)).toBe(price(900_000n));
});

browserTest("the books hold after all of it", async () => {
  expect(await until("settled", async () => ((await shop.brokenInvariants()).length === 0 ? true : undefined), { timeoutMs: 20_000, everyMs: 500 })).toBe(true);
});
