import en from "#ui/messages/en/settings-admin.json" with { type: "json" };
import zh from "#ui/messages/zh/settings-admin.json" with { type: "json" };

type Texts = { [key: string]: string | Texts };

function at(texts: Texts, path: string): string {
  let here: string | Texts | undefined = texts;
  for (const part of path.split(".")) here = typeof here === "string" ? undefined : here?.[part];
  return typeof here === "object" ? Object.values(here).filter((text) => typeof text === "string").join(" ") : "";
}

/** Everything a setting can be found by: its path, and its names, helps and synonyms in both languages. */
export const searchWords = (paths: readonly string[]): Record<string, string> =>
  Object.fromEntries(paths.map((path) => [path, `${path} ${at(en.set as Texts, path)} ${at(zh.set as Texts, path)}`.toLowerCase()]));
