"use client";
import { Rows3, Rows4 } from "lucide-react";
import { useTranslations } from "next-intl";
import { IconButton } from "#ui/kit/icon-button.client.tsx";
import { useDensity, type Density } from "#ui/kit/use-density.client.ts";

/** Changes between high and low rows; stands at the end of a filter bar. */
export function DensityToggle({ area }: { area?: Density }) {
  const t = useTranslations("tables");
  const [density, choose] = useDensity(area);
  const Icon = density === "compact" ? Rows4 : Rows3;
  return (
    <IconButton label={`${t("density.label")}: ${t(`density.${density}`)}`} onClick={() => choose(density === "compact" ? "comfortable" : "compact")}>
      <Icon size={16} strokeWidth={1.75} aria-hidden="true" />
    </IconButton>
  );
}
