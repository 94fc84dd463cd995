// Visitors of the site, at a steady pace, while something else is measured: node tests/bench/visitors.ts ORIGIN PAGES_PER_SECOND
// Prints its address (ORIGIN) on the first line, and one line of counts when its standard input closes.
import process from "node:process";

const [site, pace] = process.argv.slice(2);
if (site === undefined || !(Number(pace) > 0)) throw new Error("usage: node tests/bench/visitors.ts ORIGIN PAGES_PER_SECOND");

/** What people open: the landing page, the catalogue in both languages, the prices, a guide and the sign-in page. */
const PAGES = ["/en", "/en/models", "/zh/models", "/zh/pricing", "/en/docs", "/sign-in"];

let asked = 0;
let served = 0;

/** Pages that do not come in time are not asked for twice: the pace stays what it is. */
async function visit(): Promise<void> {
  const page = PAGES[asked++ % PAGES.length]!;
  try {
    const answer = await fetch(site + page);
    await answer.arrayBuffer();
    if (answer.ok) served++;
  } catch {
    // Counted as asked and not served.
  }
}

for (const page of PAGES) await fetch(site + page).then((answer) => answer.arrayBuffer());
const timer = setInterval(() => void visit(), 1_000 / Number(pace));
console.log(site);
process.stdin.on("close", () => {
  clearInterval(timer);
  console.error(`pages of the site beside it: ${served} of ${asked} served`);
  process.exit(0);
}).resume();
