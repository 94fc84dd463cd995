import { fill, type Block, type GuideContext, type GuideText } from "#ui/storefront/docs/blocks.ts";
import { deepLink } from "#ui/storefront/docs/deep-links.ts";
import type { LiveFacts } from "#ui/storefront/docs/live.tsx";
import { guideSamples } from "#ui/storefront/docs/samples.ts";
import { FORMAT_PATHS, formatAddress } from "#ui/storefront/formats.ts";
import { MARKDOWN_ENDING, mdCode, mdFence, mdPage, mdTable } from "#ui/storefront/markdown.ts";

type Where = Readonly<{ base: string; locale: string }>;

/** Addresses of the shop in full, so that the text can be read anywhere; guides lead on to their own twins. */
export const absoluteLinks = (text: string, { base, locale }: Where): string =>
  text.replace(/\]\((\/[^)\s#]*)(#[^)\s]*)?\)/g, (_, path: string, hash: string = "") => {
    const twin = /^\/(?:docs|models)(?:\/|$)/.test(path) ? MARKDOWN_ENDING : "";
    return `](${base}${/^\/(?:docs|models|pricing|status|legal)(?:\/|$)/.test(path) ? `/${locale}` : ""}${path}${twin}${twin === "" ? hash : ""})`;
  });

/** A guide as one Markdown document, with everything filled in that the page shows. */
export function guideMarkdown({ title, description, blocks }: GuideText, context: GuideContext, where: Where, live: LiveFacts): string {
  const say = (text: string): string => absoluteLinks(fill(text, context), where);
  return mdPage([`# ${title}`, say(description), ...blocks.map((block) => blockMarkdown(block, context, say, live))]);
}

function blockMarkdown(block: Block, context: GuideContext, say: (text: string) => string, live: LiveFacts): string {
  if ("p" in block) return say(block.p);
  if ("h" in block) return `## ${say(block.h)}`;
  if ("list" in block) return block.list.map((text) => `- ${say(text)}`).join("\n");
  if ("steps" in block) return block.steps.map((text, i) => `${i + 1}. ${say(text)}`).join("\n");
  if ("note" in block) return `> ${say(block.note)}`;
  if ("values" in block) return block.values.map(({ name, value }) => `- ${say(name)}: ${mdCode(fill(value, context))}`).join("\n");
  if ("table" in block) return mdTable(block.table.head, block.table.rows.map((row) => row.map(say)));
  if ("code" in block) {
    const samples = guideSamples(block.code, context);
    return samples.map(({ name, language, code }) => (samples.length > 1 ? `${name}:\n\n${mdFence(code, language)}` : mdFence(code, language))).join("\n\n");
  }
  if ("open" in block) return `[${say(block.text)}](${deepLink(block.open, context)})`;
  if (block.live === "free" || block.live === "memory") return live[block.live].map((text) => `- ${say(text)}`).join("\n");
  if (block.live === "losses") return lossesMarkdown(live, say);
  return block.live === "errors" ? errorsMarkdown(live, say) : formatsMarkdown(live);
}

const errorsMarkdown = ({ errors, words }: LiveFacts, say: (text: string) => string): string =>
  mdTable([words.status, words.code, words.meaning, words.retry], errors.map(({ status, code, texts, retry }) => [String(status), mdCode(code), texts.map(say).join(" / "), retry ? words.yes : words.no]));

const lossesMarkdown = ({ losses, words }: LiveFacts, say: (text: string) => string): string =>
  mdTable([words.loss, words.field, words.happens], losses.map(({ code, field, text }) => [mdCode(code), mdCode(field), say(text)]));

const formatsMarkdown = ({ offered, words }: LiveFacts): string =>
  mdTable([words.format, words.address], FORMAT_PATHS.filter(([format]) => offered.has(format)).map(([format, path]) => [format, mdCode(formatAddress(format, path))]));
