import type { Page } from "playwright";

/** What is wrong with a page as it stands, each fault as one line. */

/** Smallest side of what is touched, less what rounding takes. */
const TOUCH_PX = 43.5;

/** Pixels by which the page is wider than the window, and by which element first. A phone shows a page that is too wide smaller, so that its own measure of the window grows along: only what the window was made like counts. */
export const overflowOf = (page: Page): Promise<string[]> => page.evaluate((width) => {
  const over = document.documentElement.scrollWidth - width;
  if (over <= 0) return [];
  const widest = [...document.querySelectorAll("body *")].filter((one) => one.getBoundingClientRect().right > width + 0.5).at(-1);
  return [`${over} px wider than ${width}: ${widest?.outerHTML.slice(0, 160)}`];
}, page.viewportSize()!.width);

/** One heading of the first order that says something, and a title. */
export const headingOf = (page: Page): Promise<string[]> => page.evaluate(() => {
  const all = [...document.querySelectorAll("h1")];
  return [...(all.length === 1 && all[0]!.textContent !== "" ? [] : [`${all.length} first headings`]), ...(document.title.trim() === "" ? ["no title"] : [])];
});

/** Elements that a name would have made if it were taken as markup. */
export const injectedOf = (page: Page): Promise<string[]> => page.evaluate(() => [...document.querySelectorAll("img[src='x'], [onerror]")].map((one) => `a name became ${one.outerHTML.slice(0, 80)}`));

/** Controls that a finger would miss. Links within a sentence are as high as their line, and lines of JSON as code is. */
export const smallTargetsOf = (page: Page): Promise<string[]> => page.evaluate((least) => {
  const all = document.querySelectorAll<HTMLElement>("a[href], button, input:not([type=hidden]), select, textarea, summary, [role=button], [role=tab], [role=menuitem], [role=option]");
  const inSentence = (one: HTMLElement): boolean => {
    if (getComputedStyle(one).display !== "inline") return false;
    return [...(one.parentElement?.childNodes ?? [])].some((node) => node !== one && node.nodeType === Node.TEXT_NODE && (node.textContent ?? "").trim().length > 1);
  };
  const small: string[] = [];
  for (const one of all) {
    const own = one.getBoundingClientRect();
    if (!one.checkVisibility({ opacityProperty: true, visibilityProperty: true }) || own.width <= 1 || own.height <= 1 || one.matches(":disabled") || one.closest("[inert], [aria-hidden=true], [data-base-ui-focus-guard], .json")) continue;
    if (own.right <= 0 || own.bottom <= 0 || inSentence(one)) continue;
    // A label or the box around an input takes the touch for it, and an invisible edge may be laid around a control.
    const holder = one.closest("label, .field");
    const boxes = [own, ...(holder && one.matches("input, textarea, select") ? [holder.getBoundingClientRect()] : [])];
    const grown = ["::before", "::after"].map((name) => getComputedStyle(one, name)).map(({ content, position, height }) => (content !== "none" && position === "absolute" ? parseFloat(height) : 0));
    const height = Math.max(...grown, ...boxes.map((box) => box.height));
    if (height >= least) continue;
    small.push(`${Math.round(own.width)}×${Math.round(height)} ${one.tagName.toLowerCase()}.${one.className} "${(one.getAttribute("aria-label") ?? one.textContent ?? "").trim().slice(0, 30)}"`);
  }
  return [...new Set(small)];
}, TOUCH_PX);

/** Texts that a reader sees or hears, without code and without passages marked as another language. */
export const textsOf = (page: Page): Promise<string[]> => page.evaluate(() => {
  const own = document.documentElement.lang;
  const skipped = (one: Element | null): boolean => one === null || one.closest("script, style, pre, code, textarea, [data-rows] tbody, .tbl-cards") !== null || (one.closest("[lang]")?.getAttribute("lang") ?? own) !== own;
  const found: string[] = [];
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  for (let node = walker.nextNode(); node; node = walker.nextNode()) {
    const text = node.textContent?.trim() ?? "";
    if (text !== "" && !skipped(node.parentElement)) found.push(text);
  }
  for (const one of document.querySelectorAll("[aria-label], [placeholder], [title], [alt]")) {
    if (!skipped(one)) found.push(...["aria-label", "placeholder", "title", "alt"].flatMap((name) => one.getAttribute(name) ?? []));
  }
  return [document.title, ...found];
});
