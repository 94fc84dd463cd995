import { readdir, readFile } from "node:fs/promises";
import path from "node:path";
import { until } from "./until.ts";

/** The link in the newest mail to an address, as a shop without a mail server writes it into its data folder. */
export function linkMailedTo(dataDir: string, address: string, what: RegExp): Promise<string> {
  return until(`a mail to ${address}`, async () => {
    const folder = path.join(dataDir, "outbox");
    const names = (await readdir(folder)).filter((name) => name.endsWith(".eml")).sort().reverse();
    for (const name of names) {
      const text = decoded(await readFile(path.join(folder, name), "utf8"));
      const link = /^https?:\S+$/gm;
      const found = new RegExp(`^To: .*${address.replaceAll(".", "\\.")}`, "m").test(text) && text.match(link)?.find((url) => what.test(url));
      if (found) return found;
    }
    return undefined;
  }, { timeoutMs: 10_000, everyMs: 100 });
}

/** The parts of a mail as text, whichever way they were packed. */
function decoded(mail: string): string {
  return mail.replace(/\r\n/g, "\n").split(/^--.*$/m).map((part) => {
    const [head = "", ...body] = part.split("\n\n");
    const content = body.join("\n\n");
    if (/transfer-encoding: base64/i.test(head)) return `${head}\n\n${Buffer.from(content, "base64").toString()}`;
    if (!/quoted-printable/i.test(head)) return part;
    const bytes = content.replace(/=\n/g, "").replace(/=([0-9A-F]{2})/g, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
    return `${head}\n\n${Buffer.from(bytes, "latin1").toString()}`;
  }).join("\n");
}
