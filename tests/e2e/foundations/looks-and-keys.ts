import type { Locator, Page } from "playwright";
import { expect } from "vitest";

/** By the colour that is painted, in whatever notation the style sheet gives it. */
export const isDark = (page: Page): Promise<boolean> => page.evaluate(() => {
  const paint = document.createElement("canvas").getContext("2d")!;
  paint.fillStyle = getComputedStyle(document.documentElement).backgroundColor;
  paint.fillRect(0, 0, 1, 1);
  return paint.getImageData(0, 0, 1, 1).data[0]! < 128;
});

/** The focused element has a ring of its own or stands in a box that has one. */
export const ringed = (page: Page): Promise<boolean> => page.evaluate(() => {
  const has = (one: Element | null): boolean => one !== null && getComputedStyle(one).outlineStyle !== "none" && parseFloat(getComputedStyle(one).outlineWidth) > 0;
  const at = document.activeElement;
  return has(at) || has(at?.closest(".field, .radio-card, .seg > label") ?? null);
});
/** Presses Tab until the target has the focus, which must show. */
export async function tabTo(page: Page, target: Locator, most = 60): Promise<void> {
  for (let presses = 0; presses < most; presses += 1) {
    if (await target.evaluate((one) => one === document.activeElement)) return expect(await ringed(page)).toBe(true);
    await page.keyboard.press("Tab");
  }
  throw new Error(`${most} presses of Tab did not lead to ${String(target)}`);
}
