import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { isServed, replaceSite } from "#cli/start/site-folder.ts";

let root: string;
beforeEach(() => {
  root = mkdtempSync(path.join(tmpdir(), "modelmart-site-"));
  writeFileSync(path.join(root, "next-env.d.ts"), "before");
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

const hash = (letter: string): string => letter.repeat(64);
const page = (letter: string): string => path.join(root, ".next", `site-${letter.repeat(12)}`, "page");
const site = (letter: string) => replaceSite(root, hash(letter), async (folder) => writeFileSync(path.join(root, folder, "page"), letter));
const folders = (): string[] => readdirSync(path.join(root, ".next")).filter((name) => name.startsWith("site-")).map((name) => name.at(-1)!).sort();

test("a build that breaks off leaves what is served whole, and is begun anew", async () => {
  await site("a");
  const broken = replaceSite(root, hash("b"), async (folder) => {
    writeFileSync(path.join(root, folder, "half"), "");
    writeFileSync(path.join(root, "next-env.d.ts"), folder);
    throw new Error("out of memory");
  });
  await expect(broken).rejects.toThrow("out of memory");
  expect([await isServed(root, hash("a")), await isServed(root, hash("b"))]).toEqual([true, false]);
  expect(readFileSync(page("a"), "utf8")).toBe("a");
  expect(readFileSync(path.join(root, "next-env.d.ts"), "utf8")).toBe("before");
  await site("b");
  expect([await isServed(root, hash("a")), await isServed(root, hash("b"))]).toEqual([false, true]);
  expect(existsSync(path.join(path.dirname(page("b")), "half"))).toBe(false);
});

test("one that was killed is no build, even where it is the one to serve", async () => {
  await site("a");
  rmSync(path.join(path.dirname(page("a")), "modelmart-whole"));
  expect(await isServed(root, hash("a"))).toBe(false);
});

test("the pages of a shop that was started before stay readable for two more builds", async () => {
  for (const [at, letter] of ["a", "b", "c", "d"].entries()) {
    await site(letter);
    utimesSync(path.dirname(page(letter)), at + 1, at + 1);
  }
  expect(folders()).toEqual(["b", "c", "d"]);
  expect(readFileSync(page("b"), "utf8")).toBe("b");
});

test("sources that were built before are not built again", async () => {
  await site("a");
  await site("b");
  await replaceSite(root, hash("a"), () => Promise.reject(new Error("built twice")));
  expect(await isServed(root, hash("a"))).toBe(true);
});
