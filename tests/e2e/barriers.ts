import { AxeBuilder } from "@axe-core/playwright";
import type { Page } from "playwright";

/** axe brings types of another copy of Playwright; what it does with the page is the same. */
type AxePage = ConstructorParameters<typeof AxeBuilder>[0]["page"];

/**
 * What axe calls serious or critical on this page; empty is well. Left out are the focus guards around open menus and
 * dialogs: they are hidden and focusable on purpose, as they hand the focus on in the moment they get it.
 */
export async function barriers(page: Page, within = "html"): Promise<string[]> {
  // No frames of other origins here, so no second page is needed to finish the run; passes are not wanted, only failures.
  const { violations } = await new AxeBuilder({ page: page as unknown as AxePage })
    .setLegacyMode(true)
    .include(within)
    .options({ resultTypes: ["violations"] })
    .exclude("[data-base-ui-focus-guard]")
    .analyze();
  return violations.filter(({ impact }) => impact === "serious" || impact === "critical").flatMap(({ id, nodes }) => nodes.map(({ html }) => `${id}: ${html}`));
}
