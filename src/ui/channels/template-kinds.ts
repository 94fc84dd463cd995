import type { ProviderTemplate } from "#ui/channels/wire.ts";

/** What vendors are asked for, in the words that a shop's owner looks for them by. */
export const TEMPLATE_KINDS = ["text", "pictures", "speech", "films", "vectors"] as const;
export type TemplateKind = (typeof TEMPLATE_KINDS)[number];

const OPERATIONS: Readonly<Record<TemplateKind, readonly string[]>> = {
  text: ["chat", "completions"],
  pictures: ["images", "image-edits", "image-variations"],
  speech: ["speech", "transcriptions", "translations"],
  films: ["tasks"],
  vectors: ["embeddings", "rerank"],
};

type Template = Pick<ProviderTemplate, "operations">;

export const isOfKind = ({ operations }: Template, kind: TemplateKind): boolean => operations.some((operation) => OPERATIONS[kind].includes(operation));

/** Vendors whose models write; the others paint, speak, listen, rank or make films. */
export const writes = (template: Template): boolean => isOfKind(template, "text");
