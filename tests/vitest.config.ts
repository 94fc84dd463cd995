import { fileURLToPath } from "node:url";
import { defineConfig } from "vitest/config";

const root = fileURLToPath(new URL("..", import.meta.url));

/** Tests with a PostgreSQL of their own, started once a run by the global set-up. */
const withDatabase = { environment: "node", globalSetup: ["tests/support/global-setup.ts"], testTimeout: 60_000, hookTimeout: 120_000 };

export default defineConfig({
  root,
  test: {
    projects: [
      { root, test: { name: "unit", include: ["tests/unit/**/*.test.ts", "tests/architecture.test.ts"], environment: "node", maxWorkers: 2, testTimeout: 30_000 } },
      // Two files at a time: most of the time goes by waiting for the database.
      { root, test: { name: "integration", include: ["tests/integration/**/*.test.ts", "tests/contract/**/*.test.ts"], ...withDatabase, maxWorkers: 2 } },
      // One at a time: these start whole shops, kill them and measure time.
      { root, test: { name: "crash", include: ["tests/crash/**/*.test.ts"], ...withDatabase, fileParallelism: false, testTimeout: 600_000 } },
      // Browsers, shops and databases share the machine, so a case that fails gets one more try.
      { root, test: { name: "browser", include: ["tests/e2e/**/*.test.ts"], environment: "node", maxWorkers: 2, retry: 1, testTimeout: 60_000, hookTimeout: 180_000 } },
    ],
  },
});
