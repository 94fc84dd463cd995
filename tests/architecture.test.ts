import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { expect, test } from "vitest";
import { RELAY_ERRORS } from "#relay/errors.ts";
import { appRouter } from "#trpc/root.ts";

/** What no linter sees because it needs the whole tree, or the program itself, at once. */

const root = path.resolve(import.meta.dirname, "..");
const SKIPPED = new Set(["node_modules", ".next", ".git", ".data", "generated", ".out"]);

function walk(folder: string): string[] {
  return readdirSync(path.join(root, folder), { withFileTypes: true }).flatMap((entry) => {
    if (SKIPPED.has(entry.name)) return [];
    const at = path.join(folder, entry.name);
    return entry.isDirectory() ? [at + path.sep, ...walk(at)] : [at];
  });
}

const all = [...walk("src"), ...walk("tests")];
const files = all.filter((at) => !at.endsWith(path.sep));
const code = files.filter((at) => /\.(?:ts|tsx|mjs|cjs)$/.test(at));
const sources = code.filter((at) => at.startsWith("src"));
const text = (at: string): string => readFileSync(path.join(root, at), "utf8");
const offending = (among: readonly string[], pattern: RegExp): string[] => among.filter((at) => pattern.test(text(at)));

test("the tree has been read", () => {
  expect(sources.length).toBeGreaterThan(100);
});

test("no file is longer than 400 lines", () => {
  expect(code.filter((at) => text(at).split("\n").length > 401)).toEqual([]);
});

test("the environment is read in src/config only", () => {
  const readers = offending(sources.filter((at) => !at.startsWith("src/config/")), /process\.env\b(?!\.\$\{)/);
  expect(readers).toEqual([]);
});

test("no folder is a drawer for everything", () => {
  const drawers = all.filter((at) => /[/\\](?:utils?|helpers?|common|lib|types|services|misc|shared)[/\\]$/.test(at));
  expect(drawers).toEqual([]);
});

test("files are named in kebab case, with the suffixes that say what they touch", () => {
  const routing = /^(?:\[[^\]]+\]|\[\.\.\.[^\]]+\]|\([^)]+\)|_?[a-z0-9]+(?:[-_][a-z0-9]+)*(?:\.(?:txt|json|xml))?)$/; // folders of routes are words of addresses, and those that answer files end like them
  const name = /^[a-z0-9]+(?:-[a-z0-9]+)*(?:\.(?:store|redis|client|test|config))?\.(?:tsx?|mjs|cjs|json|css|svg|md|sql)$/;
  const odd = [...files.filter((at) => at.startsWith("src")), ...code].filter((at) => {
    const parts = at.split(path.sep);
    return !name.test(parts.at(-1) ?? "") && parts.at(-1) !== "README.md" || parts.slice(1, -1).some((part) => !routing.test(part));
  });
  expect(odd).toEqual([]);
});

test("SQL stands in stores, in the platform, and where databases are made or measured", () => {
  const sql = /\.query(?:<[^(]*>)?\(\s*["'`]\s*(?:SELECT(?! pg_advisory)|INSERT|UPDATE|DELETE|WITH|CREATE|ALTER|DROP)\b/;
  const elsewhere = sources.filter((at) => !at.endsWith(".store.ts") && !/^src\/(?:platform|cli|jobs)\//.test(at) && at !== "src/app/readyz/route.ts");
  expect(offending(elsewhere, sql)).toEqual([]);
});

test("modules keep no state: nothing outside a function changes", () => {
  const stateful = sources.filter((at) => !/\.mjs$/.test(at)).filter((at) => text(at).split("\n").some((line) => /^(?:export )?let /.test(line)));
  expect(stateful).toEqual([]);
});

test("no switch turns a check off, and nothing is left for later", () => {
  const switches = new RegExp(["@ts-" + "ignore", "@ts-" + "expect-error", "@ts-" + "nocheck", "eslint-" + "disable", "TO" + "DO", "FIX" + "ME"].join("|"));
  expect(offending(code, switches)).toEqual([]);
});

test("public pages are documents: nothing of them runs in the browser but their one small script", () => {
  const shown = sources.filter((at) => /^src\/(?:app\/\[locale\]|ui\/storefront|ui\/layout\/storefront)/.test(at));
  expect(shown.length).toBeGreaterThan(50);
  expect([...shown.filter((at) => at.includes(".client.")), ...offending(shown, /from "[^"]*\.client\.tsx?"|^"use client"|from "next\/link"/m)]).toEqual([]);
});

test("no server action: changes go through procedures that state a permission", () => {
  expect(offending(sources, /^\s*["']use server["']/m)).toEqual([]);
});

test("every procedure states who may call it, in the folder that fits", () => {
  const procedures = Object.entries(appRouter._def.procedures as unknown as Record<string, { _def: { meta?: { permission?: string } } }>);
  expect(procedures.length).toBeGreaterThan(0);
  const wrong = procedures.filter(([name, { _def }]) => {
    const permission = _def.meta?.permission;
    return permission === undefined || (permission === "public") !== name.startsWith("public.");
  });
  expect(wrong.map(([name]) => name)).toEqual([]);
});

test("every error has a status that HTTP knows", () => {
  const odd = Object.entries(RELAY_ERRORS).filter(([, { status }]) => status < 400 || status > 599);
  expect(odd).toEqual([]);
});

test("both languages say the same things with the same arguments", () => {
  const screens = readdirSync(path.join(root, "src/ui/messages/en"));
  expect(readdirSync(path.join(root, "src/ui/messages/zh"))).toEqual(screens);
  for (const screen of screens) {
    expect(shape(JSON.parse(text(`src/ui/messages/zh/${screen}`)))).toEqual(shape(JSON.parse(text(`src/ui/messages/en/${screen}`))));
  }
});

/** Keys with the names of the arguments in each message; the branches of a plural are no arguments. */
function shape(message: unknown): unknown {
  if (typeof message === "string") return [...new Set([...message.matchAll(/(?<!(?:=\d+|zero|one|two|few|many|other) )\{(\w+)[,}]/g)].map(([, name]) => name))].sort();
  return Object.fromEntries(Object.entries(message as object).map(([key, value]) => [key, shape(value)]));
}

test("the project names no host of a package registry", () => {
  const registry = /https?:\/\/[\w.-]*(?:registry|npmmirror|verdaccio)[\w.-]*/;
  expect(["package.json", "package-lock.json", ".npmrc"].filter((at) => registry.test(text(at)))).toEqual([]);
});
