import type { z } from "zod";
import { checkStoreFile, settingsOf, type Surroundings } from "#store/check-store-file.ts";
import { isRaw, type FileCost, type FilePrice } from "#store/price-fields.ts";
import { storeFileSchema, type StoreFile } from "#store/store-file.ts";
import { readYaml, type FileError, type Path, type YamlSource } from "#store/yaml-source.ts";

/** A store file that can be applied, with the lines of its parts for errors that only the shop can show. */
export type ParsedStoreFile = Readonly<{
  file: StoreFile;
  /** Setting path -> value as typed. */
  settings: ReadonlyMap<string, unknown>;
  prices: ReadonlyMap<number, FilePrice>;
  costs: ReadonlyMap<number, FileCost>;
  lineOf(path: Path): number;
}>;

/** What is wrong with a store file; nothing has been changed. */
export class StoreFileError extends Error {
  override readonly name = "StoreFileError";
  readonly errors: readonly FileError[];
  constructor(errors: readonly FileError[]) {
    super(errors.map(({ line, message }) => `${line}: ${message}`).join("\n"));
    this.errors = errors;
  }
}

/** Reads and checks a file. @throws StoreFileError with every error found, by line */
export function parseStoreFile(text: string, around: Surroundings): ParsedStoreFile {
  const source = readYaml(text);
  if (source.errors.length > 0) throw new StoreFileError(source.errors);
  const value = source.value ?? {};
  const parsed = storeFileSchema.safeParse(value);
  const checked = checkStoreFile(value, around);
  const errors = [
    ...(parsed.success ? [] : parsed.error.issues.flatMap((issue) => fromIssue(issue, source))),
    ...checked.issues.map(({ path, message }) => ({ line: source.lineOf(path), message: `${nameOf(path)}: ${message}` })),
  ];
  if (errors.length > 0 || !parsed.success) throw new StoreFileError(errors.sort((a, b) => a.line - b.line));
  return {
    file: parsed.data,
    settings: new Map(isRaw(value) ? settingsOf(value).map((setting) => [setting.key, setting.value]) : []),
    prices: checked.prices,
    costs: checked.costs,
    lineOf: source.lineOf,
  };
}

function fromIssue(issue: z.core.$ZodIssue, source: YamlSource): FileError[] {
  if (issue.code === "unrecognized_keys") {
    return issue.keys.map((key) => ({ line: source.lineOfKey(issue.path, key), message: `${nameOf([...issue.path, key])}: there is no such field` }));
  }
  // a union's own message says what may stand there; without one, the branch that came furthest does
  if (issue.code === "invalid_union" && issue.message === "Invalid input") {
    const branch = issue.errors.filter((issues) => issues.length > 0).sort((a, b) => depth(b) - depth(a))[0];
    if (branch) return branch.flatMap((inner) => fromIssue({ ...inner, path: [...issue.path, ...inner.path] } as z.core.$ZodIssue, source));
  }
  const key = issue.code === "invalid_key" ? issue.issues[0]?.message : undefined;
  return [{ line: source.lineOf(issue.path), message: `${nameOf(issue.path)}: ${key ?? issue.message}` }];
}

const depth = (issues: readonly z.core.$ZodIssue[]): number => Math.max(...issues.map(({ path }) => path.length));

/** `models[2].price.input` */
export const nameOf = (path: Path): string =>
  path.map((step, index) => (typeof step === "number" ? `[${step}]` : `${index > 0 ? "." : ""}${String(step)}`)).join("") || "file";
