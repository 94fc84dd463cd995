"use client";
import { useTranslations } from "next-intl";
import { useState } from "react";
import { formatBalance, formatExact, formatTotal } from "#ui/format/index.ts";
import { cn } from "#ui/kit/cn.ts";

const FORMATS = { balance: formatBalance, total: formatTotal } as const;

/** A rounded amount that shows all its digits when it is pressed: by mouse, finger or key. One without more digits is only text. */
export function ExactAmount({ nano, as, className }: { nano: bigint; as: keyof typeof FORMATS; className?: string }) {
  const t = useTranslations("kit");
  const [whole, setWhole] = useState(false);
  const short = FORMATS[as](nano);
  const exact = formatExact(nano);
  if (short === exact) return <span className={cn("nums", className)}>{short}</span>;
  return (
    <button type="button" aria-pressed={whole} title={whole ? t("exact.hide") : exact} className={cn("nums max-w-full cursor-pointer rounded-control text-left break-all decoration-fg-3 decoration-dotted decoration-1 underline-offset-4 hover:underline", className)} onClick={() => setWhole(!whole)}>
      {whole ? exact : short}
      <span className="sr-only"> {t("exact.show")}</span>
    </button>
  );
}
