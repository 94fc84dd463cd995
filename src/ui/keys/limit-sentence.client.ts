"use client";
import { useFormatter, useTranslations } from "next-intl";
import { formatCount, formatExact } from "#ui/format/index.ts";
import { PERIODS, type KeyDraft } from "#ui/keys/key-draft.ts";

type LimitSentence = Readonly<Record<"limits" | "access" | "both", (draft: KeyDraft) => string>>;

/** What a key may do, in words: under the folded parts of the form, in the list, and beside a fresh secret. */
export function useLimitSentence(): LimitSentence {
  const t = useTranslations("keys.sentence");
  const format = useFormatter();
  const sentence: LimitSentence = {
    limits(draft) {
      const parts = [
        ...PERIODS.flatMap((per) => {
          const amount = draft.budgets[per];
          return amount === undefined ? [] : [t(`budget.${per}`, { amount: formatExact(amount) })];
        }),
        ...(draft.rpm === undefined ? [] : [t("rpm", { count: formatCount(draft.rpm) })]),
        ...(draft.tpm === undefined ? [] : [t("tpm", { count: formatCount(draft.tpm) })]),
        ...(draft.concurrency === undefined ? [] : [t("concurrency", { count: formatCount(draft.concurrency) })]),
      ];
      return parts.length === 0 ? t("noLimits") : t("atMost", { list: format.list(parts, { type: "conjunction" }) });
    },
    access(draft) {
      const models = draft.models.length === 0 ? t("allModels") : draft.models.length <= 2 ? format.list(draft.models) : t("models", { count: draft.models.length });
      const parts = [
        models,
        ...(draft.endpoints.length === 0 ? [] : [t("endpoints", { count: draft.endpoints.length })]),
        ...(draft.cidrs.length === 0 ? [] : [t("cidrs", { count: draft.cidrs.length })]),
        ...(draft.scopes.length === 0 ? [] : [t("scopes")]),
      ];
      // Intl joins such a list without anything between in Chinese.
      return parts.reduce((before, next) => t("listed", { before, next }));
    },
    both: (draft) => t("both", { limits: sentence.limits(draft), access: sentence.access(draft) }),
  };
  return sentence;
}
