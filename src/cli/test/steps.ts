import { spawn } from "node:child_process";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { childEnv } from "#config/process-env.ts";

const root = fileURLToPath(new URL("../../..", import.meta.url));

/** `failures` are the names of what failed, said again where a long log ends. */
export type Tally = Readonly<{ passed: number; failed: number; skipped: number; failures?: readonly string[] }>;
export type Step = Readonly<{ name: string; run(): Promise<Tally> }>;

export const PASSED: Tally = { passed: 1, failed: 0, skipped: 0 };
export const FAILED: Tally = { passed: 0, failed: 1, skipped: 0 };

/** Fewer modules than this mean that the parser saw nothing, and an empty tree has no wrong arrow. */
const MODULES_MIN = 150;

type Outcome = Readonly<{ code: number; stdout: string }>;

function runNode(argv: readonly string[], env: Readonly<Record<string, string | undefined>>, capture: boolean): Promise<Outcome> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [...argv], { cwd: root, env: childEnv(env), stdio: ["ignore", capture ? "pipe" : "inherit", "inherit"] });
    let stdout = "";
    child.stdout?.setEncoding("utf8").on("data", (chunk: string) => (stdout += chunk));
    child.on("error", reject);
    child.on("exit", (code) => resolve({ code: code ?? 1, stdout }));
  });
}

/** A tool that says by its exit code whether all is well. */
const tool = (name: string, ...argv: string[]): Step => ({
  name,
  run: async () => ((await runNode(argv, {}, false)).code === 0 ? PASSED : FAILED),
});

const arrows: Step = {
  name: "imports between areas",
  async run() {
    const { code, stdout } = await runNode(["node_modules/dependency-cruiser/bin/dependency-cruiser.mjs", "--config", ".ci/dependency-cruiser.cjs", "--output-type", "json", "src"], {}, true);
    const { summary } = JSON.parse(stdout) as { summary: { totalCruised: number; violations: readonly { rule: { name: string }; from: string; to: string }[] } };
    for (const { rule, from, to } of summary.violations) process.stdout.write(`${rule.name}: ${from} -> ${to}\n`);
    process.stdout.write(`${summary.totalCruised} modules\n`);
    return code === 0 && summary.violations.length === 0 && summary.totalCruised >= MODULES_MIN ? PASSED : FAILED;
  },
};

/** Does the migrations folder build what the schema says? In a database of its own. */
const migrations: Step = {
  name: "migrations and schema agree",
  async run() {
    const dataDir = await mkdtemp(path.join(tmpdir(), "modelmart-migrations-"));
    try {
      const { code } = await runNode(["src/cli/run.mjs", "migrations", "check"], { MODELMART_DATA: dataDir, DATABASE_URL: undefined }, false);
      return code === 0 ? PASSED : FAILED;
    } finally {
      await rm(dataDir, { recursive: true, force: true });
    }
  },
};

export const CHECKS: readonly Step[] = [
  tool("types", "node_modules/typescript/bin/tsc", "--noEmit", "--noUnusedLocals", "--noUnusedParameters", "--noFallthroughCasesInSwitch"),
  tool("lint", "node_modules/eslint/bin/eslint.js", "--config", ".ci/eslint.config.mjs", "--max-warnings", "0", "src", "tests"),
  arrows,
  tool("lock file", ".ci/lockfile.mjs", "--check"),
  migrations,
];

type Report = Readonly<{
  numPassedTests: number;
  numFailedTests: number;
  numPendingTests: number;
  numTodoTests: number;
  testResults: readonly {
    name: string;
    status: string;
    message: string;
    assertionResults: readonly { fullName: string; status: string; failureMessages: readonly string[] | null }[];
  }[];
}>;

/** One of Vitest's projects; a file that could not even be loaded counts as a failed test. */
export const suite = (project: string, ...more: string[]): Step => ({
  name: `${project} tests`,
  async run() {
    const out = path.join(root, "tests/.out", `${project}.json`);
    await rm(out, { force: true });
    const argv = ["node_modules/vitest/vitest.mjs", "run", "--config", "tests/vitest.config.ts", "--project", project, "--reporter", "default", "--reporter", "json", "--outputFile.json", out, ...more];
    const { code } = await runNode(argv, { NODE_ENV: "test", LOG_LEVEL: undefined, DATABASE_URL: undefined }, false);
    const report = await readFile(out, "utf8").then((text) => JSON.parse(text) as Report, () => undefined);
    if (!report) return FAILED;
    const unloaded = report.testResults.filter(({ status, assertionResults }) => status === "failed" && assertionResults.length === 0);
    const failed = report.numFailedTests + unloaded.length;
    return {
      passed: report.numPassedTests,
      // An error outside every test fails the run all the same.
      failed: failed === 0 && code !== 0 ? 1 : failed,
      skipped: report.numPendingTests + report.numTodoTests,
      failures: failed === 0 && code !== 0 ? [`${project}: an error outside every test, told above`] : failuresOf(report),
    };
  },
});

function failuresOf({ testResults }: Report): readonly string[] {
  return testResults.flatMap(({ name, status, message, assertionResults }) => {
    const file = path.relative(root, name);
    if (status === "failed" && assertionResults.length === 0) return [`${file}: ${message}`];
    const failed = assertionResults.filter((each) => each.status === "failed");
    return failed.map(({ fullName, failureMessages }) => `${file}: ${fullName}\n${(failureMessages ?? []).join("\n")}`);
  });
}
