import en from "#ui/messages/en/settings-admin.json" with { type: "json" };
import zh from "#ui/messages/zh/settings-admin.json" with { type: "json" };

type Texts = { [key: string]: string | Texts };

function of(texts: Texts, path: string): Readonly<Record<string, unknown>> {
  let here: string | Texts | undefined = texts;
  for (const part of path.split(".")) here = typeof here === "string" ? undefined : here?.[part];
  return typeof here === "object" ? here : {};
}

/** Everything a setting can be found by, in both languages: a line of its path and names, one of synonyms, one of helps. */
export const searchWords = (paths: readonly string[]): Record<string, string> =>
  Object.fromEntries(paths.map((path) => {
    const both = [of(en.set as Texts, path), of(zh.set as Texts, path)];
    const line = (name: string): string => both.map((texts) => texts[name] ?? "").join(" ");
    return [path, `${path} ${line("label")}\n${line("words")}\n${line("help")}`.toLowerCase()];
  }));
