/** What a browser calls itself, in two words a person knows; undefined where it says nothing of use. */
export function deviceOf(userAgent: string | null): Readonly<{ browser: string; system: string | undefined }> | undefined {
  if (!userAgent) return undefined;
  const browser = BROWSERS.find(([, mark]) => mark.test(userAgent))?.[0];
  const system = SYSTEMS.find(([, mark]) => mark.test(userAgent))?.[0];
  return browser === undefined ? undefined : { browser, system };
}

/** The order matters: most browsers also claim to be the ones below. */
const BROWSERS: readonly (readonly [string, RegExp])[] = [
  ["WeChat", /MicroMessenger\//], ["Edge", /Edg(?:e|A|iOS)?\//], ["Opera", /OPR\//], ["Samsung Internet", /SamsungBrowser\//],
  ["Firefox", /(?:Firefox|FxiOS)\//], ["Chrome", /(?:Chrome|CriOS|HeadlessChrome)\//], ["Safari", /Version\/[\d.]+.*Safari\//], ["curl", /^curl\//],
];
const SYSTEMS: readonly (readonly [string, RegExp])[] = [
  ["Android", /Android/], ["iPhone", /iPhone/], ["iPad", /iPad/], ["Windows", /Windows/], ["macOS", /Mac OS X|Macintosh/], ["ChromeOS", /CrOS/], ["Linux", /Linux/],
];
