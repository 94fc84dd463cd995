import { existsSync } from "node:fs";
import { chromium, type Browser } from "playwright";

/** Chromium of the machine, the headless shell before the whole browser: the same engine for two thirds of the work. Undefined = browser tests are skipped. */
export const chromiumPath = (): string | undefined =>
  [process.env["CHROMIUM"], "/usr/bin/chromium-headless-shell", "/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"].find((file) => file !== undefined && file !== "" && existsSync(file));

export function launch(executablePath: string): Promise<Browser> {
  return chromium.launch({ executablePath, args: ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update", "--disable-sync", "--no-first-run"] });
}
