import "server-only";
import { cache } from "react";
import { shop } from "#app/shop.ts";
import type { ShopStatus } from "#reports/status.store.ts";
import { formatCount } from "#ui/format/index.ts";
import { formatLatency } from "#ui/storefront/numbers.ts";
import type { Quality } from "#ui/storefront/model-table.tsx";
import { formatRate, statusOf, worst, type StatusWord } from "#ui/storefront/status-words.ts";
import { fillDays, total, type Day } from "#ui/storefront/uptime.ts";

/** The last 90 days; undefined when they cannot be counted just now, which must not take a page down. */
export const shopStatus = cache(async (): Promise<ShopStatus | undefined> => {
  const { status } = await shop();
  return status().catch(() => undefined);
});

/** 90 entries of the given models together, oldest first. */
export const daysOf = (status: ShopStatus, modelIds: readonly string[]): readonly Day[] => {
  const wanted = new Set(modelIds);
  return fillDays(status.days.filter(({ modelId }) => wanted.has(modelId)), status.at);
};

/** How a model is doing: by today, and yesterday too while the day is young. */
export const wordOf = (days: readonly Day[]): StatusWord => statusOf(total(days.slice(-2)));

export const overallWord = (status: ShopStatus, modelIds: readonly string[]): StatusWord => worst(modelIds.map((id) => wordOf(daysOf(status, [id]))));

/** As pages say it in a word: an open incident of the operator's weighs as much as what is counted. */
export const wordWith = (word: StatusWord, open: readonly Readonly<{ kind: string }>[]): StatusWord =>
  worst([word, ...open.flatMap(({ kind }): readonly StatusWord[] => (kind === "outage" ? ["failing"] : kind === "degraded" ? ["degraded"] : []))]);

/** A column says something from so many requests on. */
const REQUESTS_MIN = 20;

/** First token, speed and success of the last seven days by model, as text; models with too little traffic are left out, and what was not measured is undefined. */
export async function qualitiesOf(): Promise<ReadonlyMap<string, Quality>> {
  const status = await shopStatus();
  if (!status) return new Map();
  const ids = [...new Set(status.days.map(({ modelId }) => modelId))];
  return new Map(ids.flatMap((id) => {
    const week = total(daysOf(status, [id]).slice(-7));
    if (week.requests < REQUESTS_MIN) return [];
    const speed = status.speeds.get(id);
    return [[id, {
      firstToken: speed?.firstTokenMs === undefined ? undefined : formatLatency(speed.firstTokenMs),
      speed: speed?.tokensPerSecond === undefined ? undefined : formatCount(Math.round(speed.tokensPerSecond)),
      uptime: formatRate(week),
    }] as const];
  }));
}
