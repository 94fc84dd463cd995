import { spawn, type ChildProcess } from "node:child_process";
import { createHash } from "node:crypto";
import { once } from "node:events";
import { chmodSync, copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";

/** The launcher in a project of its own, with an npm that only says how it was called. */

const root = path.resolve(import.meta.dirname, "../../..");
let project: string;

beforeAll(() => {
  project = mkdtempSync(path.join(tmpdir(), "modelmart-run-"));
  for (const folder of ["src/cli", "bin"]) mkdirSync(path.join(project, folder), { recursive: true });
  copyFileSync(path.join(root, "src/cli/run.mjs"), path.join(project, "src/cli/run.mjs"));
  writeFileSync(path.join(project, "package.json"), '{ "type": "module" }');
  writeFileSync(path.join(project, "package-lock.json"), "{}");
  writeFileSync(path.join(project, "src/cli/echo.ts"), `
    export default async function run(argv: readonly string[]): Promise<number> {
      process.stdout.write(JSON.stringify(argv));
      return Number(argv[0]);
    }`);
  writeFileSync(path.join(project, "src/cli/wait.ts"), `
    export default function run(): Promise<number> {
      const timer = setInterval(() => undefined, 1_000);
      return new Promise((resolve) => {
        process.once("SIGTERM", () => { clearInterval(timer); resolve(7); });
        process.stdout.write("waiting");
      });
    }`);
  writeFileSync(path.join(project, "src/cli/long.ts"), `
    export default async function run(): Promise<number> {
      for (let line = 0; line < 50; line++) {
        process.stdout.write("x".repeat(10_000) + "\\n");
        await new Promise((resolve) => setImmediate(resolve));
      }
      process.stderr.write("came to the end");
      return 5;
    }`);
  writeFileSync(path.join(project, "src/cli/wrong.ts"), `
    export default async function run(): Promise<number> {
      const error = new Error("PORT must be a port");
      error.name = process.argv.includes("--plain") ? "EnvError" : "TypeError";
      throw error;
    }`);
  writeFileSync(path.join(project, "bin/npm"), `#!/bin/sh\necho "npm $*" >> "${project}/calls"\nmkdir -p node_modules\n[ -e "${project}/offline" ] && exit 1\nexit 0\n`);
  chmodSync(path.join(project, "bin/npm"), 0o755);
});
afterAll(() => rmSync(project, { recursive: true, force: true }));

const start = (argv: readonly string[], ipc = false): ChildProcess =>
  spawn(process.execPath, [path.join(project, "src/cli/run.mjs"), ...argv], {
    env: { ...process.env, PATH: `${path.join(project, "bin")}:${process.env["PATH"]}` },
    stdio: ["ignore", "pipe", "pipe", ...(ipc ? (["ipc"] as const) : [])],
  });

async function run(...argv: string[]): Promise<{ code: number; stdout: string; stderr: string }> {
  const child = start(argv);
  const texts = { stdout: "", stderr: "" };
  child.stdout!.on("data", (chunk: Buffer) => (texts.stdout += chunk.toString()));
  child.stderr!.on("data", (chunk: Buffer) => (texts.stderr += chunk.toString()));
  const [code] = (await once(child, "close")) as [number];
  return { code, ...texts };
}

const calls = (): string[] => readFileSync(path.join(project, "calls"), "utf8").trim().split("\n");

test("an install that fails says what to look at, and is tried again", async () => {
  writeFileSync(path.join(project, "offline"), "");
  const { code, stdout, stderr } = await run("echo", "0");
  rmSync(path.join(project, "offline"));
  expect([code, stdout]).toEqual([1, ""]);
  expect(stderr).toContain("could not be installed");
});

test("a command's arguments and exit code pass; what is said about the install goes to standard error", async () => {
  expect(await run("echo", "3", "two words")).toMatchObject({ code: 3, stdout: '["3","two words"]' });
  expect(calls().at(-1)).toMatch(/^npm ci --ignore-scripts /);
});

test("installed packages are not installed again, until the lock file changes", async () => {
  const before = calls().length;
  expect((await run("echo", "0")).stderr).toBe("");
  expect(calls()).toHaveLength(before);
  writeFileSync(path.join(project, "package-lock.json"), '{ "changed": true }');
  await run("echo", "0");
  expect(calls()).toHaveLength(before + 1);
  const marker = createHash("sha256").update('{ "changed": true }').update(`${process.platform}-${process.arch}`).digest("hex");
  expect(readFileSync(path.join(project, "node_modules/.modelmart"), "utf8").trim()).toBe(marker);
});

test("a command that does not exist is named, with those that do", async () => {
  const { code, stderr } = await run("../../etc/passwd");
  expect(code).toBe(1);
  expect(stderr).toContain("echo, long, wait, wrong");
});

test("errors of the operator are one line, others show where they happened", async () => {
  expect(await run("wrong", "--plain")).toMatchObject({ code: 1, stderr: "PORT must be a port\n" });
  expect((await run("wrong")).stderr).toContain("at ");
});

test("SIGTERM reaches the command, and its exit code comes back", async () => {
  const child = start(["wait"]);
  await once(child.stdout!, "data");
  child.kill("SIGTERM");
  expect(await once(child, "exit")).toEqual([7, null]);
});

test("a command whose parent is gone ends at once", async () => {
  const child = start(["wait"], true);
  await once(child.stdout!, "data");
  child.disconnect();
  expect(await once(child, "exit")).toEqual([1, null]);
});

test("a reader that has seen enough does not break a command", async () => {
  const child = start(["long"]);
  let stderr = "";
  child.stderr!.on("data", (chunk: Buffer) => (stderr += chunk.toString()));
  child.stdout!.once("data", () => child.stdout!.destroy());
  const [code] = (await once(child, "close")) as [number];
  expect([code, stderr]).toEqual([5, "came to the end"]);
});
