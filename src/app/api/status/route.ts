import { publicOffers } from "#app/catalogue.ts";
import { publicIncidents } from "#app/incidents.ts";
import { daysOf, overallWord, shopStatus, wordOf, wordWith } from "#app/shop-status.ts";
import type { Incident } from "#reports/incidents.ts";
import { sinceFirst, total } from "#ui/storefront/uptime.ts";

export const dynamic = "force-dynamic";

/** How the shop is doing, for monitors: what the status page says, as JSON. */
export async function GET(): Promise<Response> {
  const [offers, status, { open, ahead, past }] = await Promise.all([publicOffers(), shopStatus(), publicIncidents()]);
  const models = offers.map(({ id, slug, vendorSlug }) => {
    const days = status ? sinceFirst(daysOf(status, [id])) : [];
    return { id: slug, vendor: vendorSlug ?? null, status: status ? wordOf(days) : "unknown", since: days[0]?.day ?? null, ...total(days) };
  });
  const body = {
    status: wordWith(status ? overallWord(status, offers.map(({ id }) => id)) : "unknown", open),
    at: status?.at.toISOString() ?? null,
    models,
    incidents: [...open, ...ahead, ...past].map((incident) => toJson(incident, new Map(offers.map(({ id, slug }) => [id, slug])))),
  };
  return Response.json(body, { headers: { "cache-control": "no-cache", "access-control-allow-origin": "*" } });
}

const toJson = ({ id, kind, title, models, startedAt, resolvedAt, updates }: Incident, slugs: ReadonlyMap<string, string>) => ({
  id, kind, title, started_at: startedAt.toISOString(), resolved_at: resolvedAt?.toISOString() ?? null,
  /** Empty = the whole shop. */
  models: models.flatMap((model) => slugs.get(model) ?? []),
  updates: updates.map(({ stage, text, at }) => ({ stage, text, at: at.toISOString() })),
});
