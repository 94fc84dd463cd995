"use client";
import { useLocale } from "next-intl";
import { formatPay } from "#ui/orders/format-pay.ts";
import { cn } from "#ui/kit/cn.ts";

/** An amount that is paid, in the currency it is paid in. */
export function PayAmount({ text, currency, className }: { text: string; currency: string; className?: string }) {
  return <span className={cn("nums whitespace-nowrap", className)}>{formatPay(text, currency, useLocale())}</span>;
}
