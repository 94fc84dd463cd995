import { readdirSync } from "node:fs";
import { rm } from "node:fs/promises";
import path from "node:path";
import { parseArgs } from "node:util";
import { buildClient, buildSite } from "#cli/start/build.ts";
import { startShop, type Shop } from "../../support/shop-process.ts";
import { startStripeServer, TEST_KEY, TEST_WEBHOOK_SECRET } from "../../support/stripe-server.ts";
import { startVendor } from "../../support/vendor.ts";
import { chromiumPath, launch } from "../browser.ts";
import { createCamera, nameOf, type Finding } from "./camera.ts";
import { describeModels } from "./describe-models.ts";
import { readFacts } from "./facts.ts";
import { rememberWeeks } from "./history.ts";
import { ALL_LOOKS, FAST_LOOKS, lookName } from "./looks.ts";
import { speakPublicly } from "./notices.ts";
import { orderVideos } from "./order-videos.ts";
import { SCREENS, type Place, type Screen } from "./screens.ts";
import { EMPTY_STORE, stockedStore } from "./stock.ts";
import { giveCredit, payOrders, sendRequests, teachVendor } from "./trade.ts";

const FOLDER = path.join(import.meta.dirname, "../../.out/shots");
const PAGES = path.join(import.meta.dirname, "../../../src/app");
const REQUESTS = 420;
const AT_ONCE = 2;

/**
 * Pictures of every screen, in each language, width and theme, and a table of what is wrong with them.
 *
 * @returns 0 when nothing is
 */
export async function takeShots(argv: readonly string[]): Promise<number> {
  const { values } = parseArgs({ args: [...argv], options: { only: { type: "string" }, looks: { type: "string" }, fast: { type: "boolean", default: false } } });
  const executable = chromiumPath();
  if (executable === undefined) throw new Error("There is no Chromium here; name one in CHROMIUM.");
  const only = values.only?.split(",");
  const screens = SCREENS.filter((screen) => only === undefined || [screen.area, screen.name, nameOf(screen)].some((name) => only.includes(name)));
  if (screens.length === 0) throw new Error(`There is no area or screen "${values.only}".`);
  const wanted = values.looks?.split(",");
  const looks = wanted === undefined ? (values.fast ? FAST_LOOKS : ALL_LOOKS) : ALL_LOOKS.filter((look) => wanted.includes(lookName(look)));
  if (looks.length === 0) throw new Error(`There is no look "${values.looks}".`);
  await buildClient();
  await buildSite();
  if (values.only === undefined && wanted === undefined) await rm(FOLDER, { recursive: true, force: true });
  const started = performance.now();
  const findings = [...pagesWithoutPicture()];
  const street = await openStreet();
  const browser = await launch(executable);
  try {
    const facts = await readFacts(street.shops.stocked, street.shops.unopened);
    say(`the shops stand after ${seconds(started)} s`);
    const sessions = new Map();
    for (const look of looks) {
      const from = performance.now();
      const camera = createCamera(browser, street.shops, facts, FOLDER, sessions);
      findings.push(...await series(screens, (screen) => camera.take(screen, look)));
      await camera.rest();
      say(`${Object.values(look).join(" ")}: ${screens.length} pictures in ${seconds(from)} s`);
    }
  } finally {
    await browser.close();
    await street.close();
  }
  report(findings);
  say(`pictures in ${FOLDER}, ${seconds(started)} s`);
  return findings.length === 0 ? 0 : 1;
}

const say = (text: string): void => void process.stdout.write(`${text}\n`);
const seconds = (since: number): string => ((performance.now() - since) / 1_000).toFixed(0);

async function series(screens: readonly Screen[], take: (screen: Screen) => Promise<readonly Finding[]>): Promise<Finding[]> {
  const rest = [...screens];
  const found: Finding[] = [];
  await Promise.all(Array.from({ length: AT_ONCE }, async () => {
    for (let next = rest.shift(); next; next = rest.shift()) found.push(...await take(next));
  }));
  return found;
}

type Street = Readonly<{ shops: Readonly<Record<Place, Shop>>; close: () => Promise<void> }>;

/** A shop with trade in it, one with accounts only, and one that nobody has opened. */
async function openStreet(): Promise<Street> {
  const vendor = await startVendor();
  teachVendor(vendor);
  const stripe = await startStripeServer();
  const env = { MODELMART_DEV_PAGES: "true", STRIPE_SECRET_KEY: TEST_KEY, STRIPE_WEBHOOK_SECRET: TEST_WEBHOOK_SECRET, STRIPE_API_BASE: stripe.url };
  const opened: Shop[] = [];
  const close = async (): Promise<void> => {
    for (const shop of opened) await shop.stop();
    await Promise.all([vendor.close(), stripe.stop()]);
  };
  try {
    const open = async (options: Parameters<typeof startShop>[0]): Promise<Shop> => {
      const shop = await startShop({ role: "all", ...options });
      opened.push(shop);
      return shop;
    };
    const stocked = await open({ store: stockedStore(vendor.url), env });
    stripe.hooks.url = `${stocked.url}/api/webhooks/stripe`;
    await giveCredit(stocked);
    await payOrders(stocked, stripe);
    await sendRequests(stocked, REQUESTS);
    await rememberWeeks(stocked);
    await describeModels(stocked);
    await speakPublicly(stocked);
    await orderVideos(stocked);
    const [empty, unopened] = [await open({ store: EMPTY_STORE, env }), await open({})];
    return { shops: { stocked, empty, unopened }, close };
  } catch (error) {
    await close();
    throw error;
  }
}

/** Pages of the tree that no screen of the list stands for. */
function pagesWithoutPicture(): readonly Finding[] {
  const taken = new Set(SCREENS.map(({ route }) => route));
  const pages = readdirSync(PAGES, { recursive: true, encoding: "utf8" }).filter((file) => path.basename(file) === "page.tsx").map((file) => path.dirname(file));
  return pages.filter((page) => !taken.has(page)).map((page) => ({ screen: page, look: "all", what: "failed", text: "no screen of the list shows this page" }));
}

/** One line for each screen and fault, with the looks that it was seen in. */
function report(findings: readonly Finding[]): void {
  const seen = new Map<string, { finding: Finding; looks: string[] }>();
  for (const finding of findings) {
    const key = [finding.screen, finding.what, finding.text].join("\0");
    const entry = seen.get(key) ?? { finding, looks: [] };
    if (!entry.looks.includes(finding.look)) entry.looks.push(finding.look);
    seen.set(key, entry);
  }
  const rows = [...seen.values()].sort((a, b) => a.finding.screen.localeCompare(b.finding.screen)).map(({ finding: { screen, what, text }, looks }) =>
    [screen, what, looks.length > 2 ? `${looks.length} looks` : looks.join(" "), text.replace(/\s+/g, " ").slice(0, 160)] as const);
  const widths = [0, 1, 2].map((at) => Math.max(0, ...rows.map((row) => row[at]!.length)));
  say(rows.length === 0 ? "no console error, no overflow, no serious finding of axe" : rows.map((row) => row.map((cell, at) => cell.padEnd(widths[at] ?? 0)).join("  ")).join("\n"));
}
