import type { Page } from "playwright";

/**
 * Waits until React has taken the page over: a click before that would be lost. Public pages are documents without the
 * framework, there is nothing to wait for.
 */
export async function takenOver(page: Page, timeout = 30_000): Promise<void> {
  await page.waitForFunction(() => {
    const control = document.querySelector("main :is(button, input)");
    const isDocument = document.querySelector('script[src^="/_next/"]') === null;
    return isDocument || control === null || Object.keys(control).some((key) => key.startsWith("__reactProps"));
  }, undefined, { timeout });
}
