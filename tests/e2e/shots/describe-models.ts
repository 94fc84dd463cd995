import { catalogue, findInCatalogue } from "#catalog/catalogue.ts";
import type { Shop } from "../../support/shop-process.ts";
import { MODELS } from "./stock.ts";

/** What the operator wrote of some models; the others go without, as they do in real shops. */
const DESCRIPTIONS: Readonly<Record<string, Readonly<{ en: string; zh: string }>>> = {
  "claude-sonnet-4-5": { en: "A balanced model for coding, agents and long documents.", zh: "适合编程、智能体和长文档的均衡型模型。" },
  "gpt-4.1": { en: "Follows long instructions closely and reads a million tokens of context.", zh: "严格遵循长指令，可读取百万 Token 的上下文。" },
  "deepseek-v3.2": { en: "An open model for everyday work, at half the price at night in Shanghai.", zh: "面向日常工作的开放权重模型，上海夜间半价。" },
};

/** Gives the models what a shop that took them from the catalogue knows of them: kinds of input, abilities, dates. */
export async function describeModels(shop: Shop): Promise<void> {
  const entries = catalogue();
  for (const { id } of MODELS) {
    const entry = findInCatalogue(entries, "", id);
    const description = DESCRIPTIONS[id];
    if (!entry && !description) continue;
    const facts = { ...(entry && { input: entry.input, output: entry.output, can: entry.can, released: entry.released, knowledge: entry.knowledge, open: entry.open }), ...(description && { description }) };
    await shop.sql("UPDATE models SET facts = $2 WHERE slug = $1", [id, JSON.stringify(facts)]);
  }
}
