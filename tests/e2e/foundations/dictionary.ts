import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";

const FOLDER = path.resolve(import.meta.dirname, "../../../src/ui/messages");
const HAN_LEAST = 4;
const WORDS_LEAST = 2;

type Locale = "en" | "zh";

/** Finds phrases of the other language in the texts of a page. */
export interface Dictionary {
  strangersIn(locale: Locale, texts: readonly string[]): string[];
}

export function readDictionary(): Dictionary {
  const [en, zh] = [messagesOf("en"), messagesOf("zh")];
  const [english, chinese] = [phrases(en, zh.join("\n"), isEnglish), phrases(zh, en.join("\n"), isChinese)];
  return {
    strangersIn(locale, texts) {
      const foreign = locale === "zh" ? english : chinese;
      return texts.flatMap((text) => foreign.filter((phrase) => text.includes(phrase)).slice(0, 1).map((phrase) => `"${phrase}" in "${text.slice(0, 80)}"`));
    },
  };
}

const isEnglish = (text: string): boolean => (text.match(/[A-Za-z]{2,}/g) ?? []).length >= WORDS_LEAST && text.length >= 8;
const isChinese = (text: string): boolean => (text.match(/\p{Script=Han}/gu) ?? []).length >= HAN_LEAST;

/** The literal pieces of the messages that the other language does not use itself, as it does names of products. */
const phrases = (messages: readonly string[], other: string, tells: (text: string) => boolean): readonly string[] =>
  [...new Set(messages.flatMap(literals))].filter((piece) => tells(piece) && !other.includes(piece));

/** What stands between arguments and tags. */
function literals(message: string): string[] {
  let depth = 0;
  let plain = "";
  for (const letter of message.replace(/<[^>]*>/g, "{}")) {
    if (letter === "{") depth += 1;
    plain += depth === 0 ? letter : letter === "{" && depth === 1 ? "\0" : "";
    if (letter === "}") depth -= 1;
  }
  return plain.split("\0").map((piece) => piece.trim());
}

function messagesOf(locale: Locale): string[] {
  const folder = path.join(FOLDER, locale);
  return readdirSync(folder).flatMap((file) => values(JSON.parse(readFileSync(path.join(folder, file), "utf8"))));
}

const values = (node: unknown): string[] => (typeof node === "string" ? [node] : node !== null && typeof node === "object" ? Object.values(node).flatMap(values) : []);
