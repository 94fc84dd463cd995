"use client";
import { X } from "lucide-react";
import { useTranslations } from "next-intl";
import type { ReactNode } from "react";
import { IconButton } from "#ui/kit/icon-button.client.tsx";

type Props = {
  count: number;
  onClear: () => void;
  /** Everything that the filters match, when it is more than what is selected. */
  matching?: { count: number; onSelect: () => void };
  /** The buttons that act on the selection. */
  children: ReactNode;
};

/** Stays at the bottom of the window while rows are selected. */
export function SelectionBar({ count, onClear, matching, children }: Props) {
  const t = useTranslations("tables");
  if (count === 0) return null;
  return (
    <div className="pop sticky bottom-4 z-20 mx-auto flex w-fit max-w-full flex-wrap items-center gap-x-3 gap-y-2 px-3 py-2 max-md:bottom-18" role="region" aria-label={t("selection.label")}>
      <IconButton label={t("selection.clear")} size="sm" onClick={onClear}><X size={16} strokeWidth={1.75} aria-hidden="true" /></IconButton>
      <span className="nums font-medium" role="status">{t("selection.count", { count })}</span>
      {matching && matching.count > count ? <button type="button" className="link text-13" onClick={matching.onSelect}>{t("selection.all", { count: matching.count })}</button> : null}
      <span className="flex flex-wrap items-center gap-2">{children}</span>
    </div>
  );
}
