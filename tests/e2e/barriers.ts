import axe, { type AxeResults, type RunOptions } from "axe-core";
import type { Page } from "playwright";
import { overflowOf } from "./foundations/measures.ts";

/** What of axe's rules depends on the theme: nothing but colours differs between the two. */
const THEMED = ["color-contrast", "link-in-text-block"];

/**
 * What axe calls serious or critical on this page, in the theme it is in and in the other one, and by how much it is
 * wider than its window; empty is well. The other theme costs no second visit: it is an attribute, as it is for people.
 */
export async function barriers(page: Page, within = "html"): Promise<string[]> {
  const found = await barriersInTheme(page, within);
  const before = await turnTheme(page);
  const inOther = await serious(page, within, THEMED);
  await page.evaluate((theme) => (theme === null ? document.documentElement.removeAttribute("data-theme") : document.documentElement.setAttribute("data-theme", theme)), before);
  return [...found, ...inOther.map((fault) => `in the other theme, ${fault}`)];
}

/** The same in the theme it is in alone, for pages that are visited in both. */
export const barriersInTheme = async (page: Page, within = "html"): Promise<string[]> => [...await serious(page, within), ...await overflowOf(page)];

/** To the other theme; returns what was chosen before. Colours that fade over have arrived by then. */
const turnTheme = (page: Page): Promise<string | null> => page.evaluate(async () => {
  const root = document.documentElement;
  const before = root.getAttribute("data-theme");
  const dark = before === null ? matchMedia("(prefers-color-scheme: dark)").matches : before === "dark";
  root.setAttribute("data-theme", dark ? "light" : "dark");
  await Promise.allSettled(document.getAnimations().filter((each) => each instanceof CSSTransition).map((each) => each.finished));
  return before;
});

/**
 * Left out are the focus guards around open menus and dialogs: they are hidden and focusable on purpose, as they hand the
 * focus on in the moment they get it. Passes are not wanted, only failures.
 */
async function serious(page: Page, within: string, rules?: readonly string[]): Promise<string[]> {
  if (!await page.evaluate(() => "axe" in window)) await page.evaluate(axe.source);
  return page.evaluate(async ([scope, options]) => {
    const { run } = (window as unknown as { axe: { run(context: object, options: RunOptions): Promise<AxeResults> } }).axe;
    const { violations } = await run({ include: [scope], exclude: ["[data-base-ui-focus-guard]"] }, options);
    return violations.filter(({ impact }) => impact === "serious" || impact === "critical").flatMap(({ id, nodes }) => nodes.map(({ html }) => `${id}: ${html}`));
  }, [within, { resultTypes: ["violations"], ...(rules && { runOnly: { type: "rule", values: [...rules] } }) } satisfies RunOptions] as const);
}
