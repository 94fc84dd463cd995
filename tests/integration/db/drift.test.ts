import { execFile } from "node:child_process";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, expect, inject, test } from "vitest";
import { bareEnv } from "#config/process-env.ts";

const run = promisify(execFile);
const root = path.resolve(".");
let copy: string;

/** A copy of schema and migrations, so that they can be broken. */
beforeAll(() => {
  copy = fs.mkdtempSync(path.join(os.tmpdir(), "modelmart-drift-"));
  fs.cpSync(path.join(root, "prisma"), path.join(copy, "prisma"), { recursive: true });
});
afterAll(() => fs.rmSync(copy, { recursive: true }));

async function migrations(cwd: string, ...words: string[]): Promise<{ code: number; stdout: string }> {
  const { PATH } = process.env;
  const env = bareEnv({ PATH: PATH ?? "", DATABASE_URL: inject("postgres").admin });
  return run(process.execPath, [path.join(root, "src/cli/migrations.ts"), ...words], { cwd, env }).then(
    ({ stdout }) => ({ code: 0, stdout }),
    ({ code, stdout }: { code: number; stdout: string }) => ({ code, stdout }),
  );
}

test("the migrations build what the schema says", async () => {
  expect(await migrations(root, "check")).toEqual({ code: 0, stdout: "schema and migrations agree\n" });
});

test("a changed schema is drift until it has a migration", async () => {
  const file = path.join(copy, "prisma/schema/reports.prisma");
  fs.writeFileSync(file, fs.readFileSync(file, "utf8").replace("  note   String?\n", "  note   String?\n  extra  String?\n"));
  const drift = await migrations(copy, "check");
  expect(drift.code).toBe(2);
  expect(drift.stdout).toContain('ADD COLUMN     "extra" TEXT');
  const made = await migrations(copy, "new", "more");
  expect(made.stdout).toMatch(/^prisma\/migrations\/\d{14}_more\/migration\.sql$/m);
  expect((await migrations(copy, "check")).code).toBe(0);
  expect((await migrations(copy, "new", "nothing")).stdout).toContain("nothing to write");
});

test("an unknown word is answered with the usage", async () => {
  expect((await migrations(root, "undo")).code).toBe(1);
});
