import { readFileSync } from "node:fs";
import path from "node:path";
import { expect, test } from "vitest";
import { settingFacts } from "#accounts/setting-facts.ts";
import { parseSetting } from "#accounts/settings.ts";
import { readPicture } from "#accounts/shop-file.ts";

type Texts = { [key: string]: string | Texts };
const words = (locale: string): Texts => (JSON.parse(readFileSync(path.resolve(import.meta.dirname, `../../../src/ui/messages/${locale}/settings-admin.json`), "utf8")) as { set: Texts; area: Texts });
const at = (texts: Texts, name: string): Texts => name.split(".").reduce<Texts>((here, part) => (here[part] ?? {}) as Texts, texts["set"] as Texts);

test.each(["en", "zh"])("every setting has a name, a help, words for its choices and an area in %s", (locale) => {
  const texts = words(locale);
  const missing = settingFacts().flatMap(({ path: name, area, options }) => {
    const own = at(texts, name);
    const choices = (own["options"] ?? {}) as Texts;
    return [
      ...(own["label"] ? [] : [`${name} label`]), ...(own["help"] ? [] : [`${name} help`]), ...options.filter((option) => !choices[option]).map((option) => `${name} ${option}`),
      ...((texts["area"] as Texts)[area] ? [] : [`area ${area}`]),
    ];
  });
  expect(missing).toEqual([]);
});

test("the kind of field is read off the schema", () => {
  const kinds = Object.fromEntries(settingFacts().map(({ path: name, kind }) => [name, kind]));
  expect(kinds).toMatchObject({
    "shop.name": "text", "shop.url": "url", "shop.sign_up": "choice", "shop.verify_email": "switch", "shop.sign_up_credit": "usd", "money.overdraft": "usd", "brand.color": "color", "brand.logo": "logo",
    "landing.title": "localized", "legal.terms": "markdown",
  });
});

test.each([["brand.color", "#AABBCC", "#aabbcc"], ["landing.title", { en: " Hello " }, { en: "Hello" }], ["shop.sign_up_credit", 0.5, "0.50"]] as const)("%s takes %j as %j", (name, given, stored) => {
  expect(parseSetting(name, given)).toEqual(stored);
});

test.each([["brand.color", "red"], ["brand.color", "#fff"], ["brand.logo", "../../etc/passwd"], ["landing.title", { fr: "x" }], ["legal.terms", { en: "x".repeat(60_001) }]] as const)("%s refuses %j", (name, given) => {
  expect(() => parseSetting(name, given)).toThrow();
});

const webp = (form: string, fill: (bytes: Buffer) => void): Uint8Array => {
  const bytes = Buffer.alloc(40);
  bytes.write("RIFF", 0, "latin1");
  bytes.write("WEBP", 8, "latin1");
  bytes.write(form, 12, "latin1");
  fill(bytes);
  return bytes;
};

test("pictures are known by their own bytes", () => {
  const png = Buffer.alloc(40);
  png.write("\x89PNG\r\n\x1a\n", 0, "latin1");
  png.write("IHDR", 12, "latin1");
  png.writeUInt32BE(640, 16);
  png.writeUInt32BE(480, 20);
  expect(readPicture(png)).toEqual({ kind: "image/png", width: 640, height: 480 });
  expect(readPicture(webp("VP8X", (bytes) => bytes.writeUIntLE(99, 24, 3)))).toEqual({ kind: "image/webp", width: 100, height: 1 });
  expect(readPicture(webp("VP8 ", (bytes) => bytes.writeUInt16LE(320, 26)))).toMatchObject({ width: 320 });
  expect(readPicture(webp("VP8L", (bytes) => bytes.writeUInt32LE((63 << 14) | 127, 21)))).toEqual({ kind: "image/webp", width: 128, height: 64 });
  for (const other of ["GIF89a".padEnd(40), "<svg xmlns='http://www.w3.org/2000/svg'/>", "\xff\xd8\xff".padEnd(40), "RIFF----AVI ".padEnd(40)]) expect(readPicture(Buffer.from(other, "latin1"))).toBeUndefined();
});
