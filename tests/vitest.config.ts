import { fileURLToPath } from "node:url";
import { defineConfig } from "vitest/config";
import { BaseSequencer, type TestSpecification } from "vitest/node";

const root = fileURLToPath(new URL("..", import.meta.url));

/** Tests with a PostgreSQL of their own, started once a run by the global set-up. */
const withDatabase = { environment: "node", globalSetup: ["tests/support/global-setup.ts"], testTimeout: 60_000, hookTimeout: 120_000 };

/** The longest files begin first: begun last, they would run alone for minutes. */
const LONGEST = ["e2e/foundations-walk", "e2e/foundations-states", "contract/mounts", "sdk/matrix"];
class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const rank = ({ moduleId }: TestSpecification): number => (LONGEST.some((name) => moduleId.includes(name)) ? 0 : 1);
    return (await super.sort(files)).sort((a, b) => rank(a) - rank(b));
  }
}

export default defineConfig({
  root,
  test: {
    sequence: { sequencer: LongestFirst },
    projects: [
      // No module keeps anything of its own, so files may share them: loading them anew for each took half of the time.
      { root, test: { name: "unit", isolate: false, include: ["tests/unit/**/*.test.ts", "tests/architecture.test.ts"], environment: "node", maxWorkers: 2, testTimeout: 30_000 } },
      // Two files at a time: most of the time goes by waiting for the database. Where both start shops and vendors, what
      // waits for a fate within milliseconds may miss it, so a case that fails gets one more try.
      { root, test: { name: "integration", include: ["tests/integration/**/*.test.ts", "tests/contract/**/*.test.ts"], ...withDatabase, maxWorkers: 2, retry: 1 } },
      // One at a time: these start whole shops, kill them and measure time.
      { root, test: { name: "crash", include: ["tests/crash/**/*.test.ts"], ...withDatabase, fileParallelism: false, testTimeout: 600_000 } },
      // Browsers, shops and databases share the machine, so a case that fails gets one more try.
      { root, test: { name: "browser", include: ["tests/e2e/**/*.test.ts"], environment: "node", maxWorkers: 2, retry: 1, testTimeout: 60_000, hookTimeout: 180_000 } },
    ],
  },
});
