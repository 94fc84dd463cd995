import { capabilitiesOf, CAPABILITIES } from "#ui/storefront/catalogue-query.ts";
import type { Sample } from "#ui/storefront/code-card.tsx";
import type { ApiFormat } from "#ui/storefront/formats.ts";
import { itemText, type ItemWords } from "#ui/storefront/item-text.ts";
import { mdCode, mdFence, mdPage, mdTable, mdText } from "#ui/storefront/markdown.ts";
import { formatContext } from "#ui/storefront/numbers.ts";
import { formatFactor, formatUnit, itemsOf, priceColumns, serviceRows, unitOf, windowRows, type PriceBasis, type PriceUnit } from "#ui/storefront/price-rows.ts";
import type { ShownModel } from "#ui/storefront/shown-model.ts";

type Facts = Readonly<{ released: string | undefined; knowledge: string | undefined; description: string | Readonly<Record<string, string>> | undefined }>;
export type DescribedModel = ShownModel & Readonly<{ facts: Facts; list: PriceBasis }>;

/** One line of the price history. */
export type HistoryLine = Readonly<{ day: string; text: string }>;
type Page = Readonly<{ model: DescribedModel; locale: string; formats: readonly ApiFormat[]; samples: readonly Sample[]; history: readonly HistoryLine[]; words: ModelWords }>;

/** Words of the model's page, as its messages have them. */
export type ModelWords = Readonly<{
  items: ItemWords; units: Readonly<Record<PriceUnit, string>>; can: Readonly<Record<string, string>>; kinds: Readonly<Record<string, string>>;
  id: string; vendor: string; context: string; maxOutput: string; knowledge: string; released: string; inputs: string; outputs: string; canDo: string; formats: string; aliases: string;
  prices: string; item: string; unit: string; price: string; free: string; history: string; from: string; change: string; code: string;
  upTo: (tokens: string) => string; over: (tokens: string, part: boolean) => string; window: (row: ReturnType<typeof windowRows>[number]) => string;
}>;

/** A model's page as Markdown: the list price in every bucket and tier, the facts, the history, and the code that calls it. */
export function modelMarkdown({ model, locale, formats, samples, history, words }: Page): string {
  const { description } = model.facts;
  const text = typeof description === "string" ? description : description?.[locale] ?? Object.values(description ?? {})[0];
  return mdPage([
    `# ${mdText(model.name)}`, text === undefined ? undefined : mdText(text), factLines(model, formats, words),
    `## ${words.prices}`, priceTable(model.list, words), priceNotes(model.list, words),
    history.length === 0 ? undefined : `## ${words.history}`,
    history.length === 0 ? undefined : mdTable([words.from, words.change], history.map(({ day, text: change }) => [day, mdText(change).replaceAll("\\#", "#")])),
    samples.length === 0 ? undefined : `## ${words.code}`,
    ...samples.map(({ name, language, code }) => `${name}:\n\n${mdFence(code, language)}`),
  ]);
}

function factLines(model: DescribedModel, formats: readonly ApiFormat[], words: ModelWords): string {
  const kinds = (names: readonly string[]): string => names.map((name) => words.kinds[name] ?? name).join(", ");
  const can = capabilitiesOf(model);
  const rows: readonly (readonly [string, string | undefined])[] = [
    [words.id, mdCode(model.slug)],
    [words.vendor, model.vendorName && mdText(model.vendorName)],
    [words.context, model.contextTokens === undefined ? undefined : formatContext(model.contextTokens)],
    [words.maxOutput, model.maxOutputTokens === undefined ? undefined : formatContext(model.maxOutputTokens)],
    [words.knowledge, model.facts.knowledge],
    [words.released, model.facts.released],
    [words.inputs, kinds(model.facts.input)],
    [words.outputs, kinds(model.facts.output)],
    [words.canDo, CAPABILITIES.filter((each) => can.has(each)).map((each) => words.can[each] ?? each).join(", ")],
    [words.formats, formats.join(", ")],
    [words.aliases, model.aliases.map(mdCode).join(", ")],
  ];
  return rows.flatMap(([name, value]) => (value === undefined || value === "" ? [] : [`- ${name}: ${value}`])).join("\n");
}

/** The page's own table: a row a bucket, a column a tier. */
function priceTable(list: PriceBasis, words: ModelWords): string {
  const columns = priceColumns(list);
  const amount = (item: string, price: bigint | undefined): string => (price === undefined ? "—" : price === 0n ? words.free : `$${formatUnit(item, price)}`);
  const heads = columns.length === 1 ? [words.price] : columns.map(({ over, marginal }, i) => (i === 0 ? words.upTo(formatContext(columns[1]!.over)) : words.over(formatContext(over), marginal)));
  return mdTable([words.item, words.unit, ...heads], itemsOf(list.document).map((item) => [mdText(itemText(item, words.items)), words.units[unitOf(item)], ...columns.map(({ prices }) => amount(item, prices[item]))]));
}

const priceNotes = ({ document }: PriceBasis, words: ModelWords): string =>
  [...windowRows(document).map(words.window), ...serviceRows(document).map(({ name, ppm }) => `${mdCode(name)} × ${formatFactor(ppm)}`)].map((line) => `- ${line}`).join("\n");
