import type { inferRouterOutputs } from "@trpc/server";
import type { AppRouter } from "#trpc/root.ts";
import { formatPercent } from "#ui/format/index.ts";

export type GroupRow = inferRouterOutputs<AppRouter>["admin"]["groups"]["list"][number];
export type Rights = Readonly<{ write: boolean; costs: boolean }>;

/** A factor as what it means for the one who pays: `−20 %`. */
export const discountText = (ppm: number): string => (ppm === 1_000_000 ? "0%" : `${ppm < 1_000_000 ? "−" : "+"}${formatPercent(Math.abs(ppm - 1_000_000) / 1_000_000)}`);
