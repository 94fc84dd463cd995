import type { Page } from "playwright";

/** What the page of an order tells: its state, its own steps, and the provider's notifications with what became of them. */
export type Timeline = Readonly<{ state: string; steps: string[]; notices: string[] }>;

/** Reads the page of an order that is open. */
export async function readTimeline(page: Page): Promise<Timeline> {
  const line = page.getByRole("list", { name: "Timeline" });
  await line.getByRole("listitem").first().waitFor();
  const items = await line.getByRole("listitem").evaluateAll((all) => all.map((item) => {
    const text = (selector: string): string => [...item.querySelectorAll(selector)].map((each) => each.textContent ?? "").join(" ").trim();
    return { title: text("p:first-child > span:first-child"), notice: item.querySelector("p code") !== null, text: text("div.mt-0\\.5 > *") };
  }));
  const state = (await page.locator("h1").locator("xpath=following-sibling::*").first().textContent()) ?? "";
  const outside = items.filter(({ notice }) => notice);
  return {
    state, steps: items.filter(({ notice }) => !notice).map(({ title, text }) => (text === "" || text.includes(":") ? title : `${title}: ${text}`)),
    notices: outside.filter(({ title }) => /checkout|refund|dispute/.test(title)).map(({ title, text }) => `${title} ${/handled|not needed|failed|waiting/.exec(text)?.[0] ?? "?"}`).sort(),
  };
}
