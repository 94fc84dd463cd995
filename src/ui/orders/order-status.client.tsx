"use client";
import { useTranslations } from "next-intl";
import { StatusDot } from "#ui/kit/badge.tsx";
import type { Tone } from "#ui/kit/tone.ts";

const WORDS = ["created", "open", "processing", "review", "paid", "failed", "expired", "refunded", "partially_refunded", "disputed"] as const;
type Word = (typeof WORDS)[number];
export const ORDER_TONE: Readonly<Record<Word, Tone>> = {
  created: "neutral", open: "info", processing: "info", review: "warn", paid: "ok", failed: "bad", expired: "neutral", refunded: "neutral", partially_refunded: "neutral", disputed: "bad",
};

/** Before payment its own state says more; afterwards what became of the payment. */
export const orderWord = (status: string, state: string): Word => WORDS.find((word) => word === (status === "open" ? state : status)) ?? "open";

/** An order's state in a word. */
export function OrderStatusDot({ status, state }: { status: string; state: string }) {
  const t = useTranslations("wallet.status");
  const word = orderWord(status, state);
  return <StatusDot tone={ORDER_TONE[word]}>{t(word)}</StatusDot>;
}
