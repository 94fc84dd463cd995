import { buildClient, buildSite } from "#cli/start/build.ts";
import { CHECKS, FAILED, suite, type Step, type Tally } from "#cli/test/steps.ts";
import { UsageError } from "#cli/start/errors.ts";

const SUITES: readonly Step[] = [suite("unit"), suite("integration"), suite("crash"), suite("browser")];

/**
 * `npm test`: types, lint, arrows, migrations, then every suite. Goes on after a failure, so that one run tells all.
 * `test check` stops before the suites; `test <suite>` runs that one alone.
 */
export default async function run(argv: readonly string[]): Promise<number> {
  const steps = chosen(argv[0]);
  await buildClient();
  let total: Tally = { passed: 0, failed: 0, skipped: 0 };
  const failures: string[] = [];
  for (const step of steps) {
    process.stdout.write(`\n== ${step.name}\n`);
    const startedAt = performance.now();
    const tally = await step.run().catch((error: unknown) => {
      process.stdout.write(`${error instanceof Error ? error.stack : String(error)}\n`);
      return FAILED;
    });
    total = { passed: total.passed + tally.passed, failed: total.failed + tally.failed, skipped: total.skipped + tally.skipped };
    if (tally.failed > 0) failures.push(...(tally.failures ?? [step.name]));
    const seconds = ((performance.now() - startedAt) / 1_000).toFixed(1);
    process.stdout.write(`${step.name}: ${tally.passed} passed, ${tally.failed} failed, ${tally.skipped} skipped in ${seconds} s\n`);
  }
  if (failures.length > 0) process.stdout.write(`\n== failed\n${failures.join("\n")}\n`);
  process.stdout.write(`\n${total.passed} passed, ${total.failed} failed, ${total.skipped} skipped\n`);
  return total.failed === 0 && total.passed > 0 ? 0 : 1;
}

/** Shops of the browser, contract and story tests serve pages, so the site is built once before them and not by each. */
const site: Step = { name: "site builds", run: async () => ({ passed: (await buildSite(), 1), failed: 0, skipped: 0 }) };

function chosen(what: string | undefined): readonly Step[] {
  if (what === undefined) return [...CHECKS, site, ...SUITES];
  if (what === "check") return CHECKS;
  const found = SUITES.filter(({ name }) => name === `${what} tests`);
  if (found.length === 0) throw new UsageError(`There is no suite "${what}"; there are check, unit, integration, crash, browser.`);
  return what === "unit" ? found : [site, ...found];
}
