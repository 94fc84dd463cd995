import "server-only";
import { getTranslations } from "next-intl/server";
import { publicOffers } from "#app/catalogue.ts";
import { guideText } from "#app/guide-text.ts";
import { offeredFormats } from "#app/offered-formats.ts";
import { shop } from "#app/shop.ts";
import { encodeError, LOSSES, RELAY_ERRORS, RelayError, type RelayErrorCode } from "#relay/index.ts";
import type { Locale } from "#ui/i18n/routing.ts";
import { NO_MODEL, type GuideContext, type MediaModels } from "#ui/storefront/docs/blocks.ts";
import type { DocGroup } from "#ui/storefront/docs/doc-frame.tsx";
import { GUIDES, KINDS, works } from "#ui/storefront/docs/guides.ts";
import type { LiveFacts } from "#ui/storefront/docs/live.tsx";
import { formatsOf, isText, listens } from "#ui/storefront/formats.ts";
import { keyNameOf } from "#ui/storefront/samples.ts";

/** What guides are filled with: this shop's address, and models that are on sale. */
export async function guideContext(): Promise<GuideContext> {
  const { baseUrl, settings } = await shop();
  const [base, { "shop.name": shopName }, offers] = await Promise.all([baseUrl(), settings(), publicOffers()]);
  const offered = offeredFormats();
  const sold = offers.map((offer) => ({ slug: offer.slug, hears: listens(offer.prices), formats: formatsOf({ endpoints: offer.endpoints, items: offer.prices }, offered) }));
  return {
    base, shop: shopName, key: keyNameOf(shopName),
    model: sold.find(({ formats }) => isText(formats))?.slug ?? NO_MODEL,
    embedding: sold.find(({ formats }) => formats.includes("embeddings"))?.slug ?? NO_MODEL,
    ...mediaModels(sold),
  };
}

type Sold = Readonly<{ slug: string; formats: readonly string[]; hears: boolean }>;

function mediaModels(sold: readonly Sold[]): MediaModels {
  const first = (format: string, fits: (one: Sold) => boolean = () => true): string | undefined => sold.find((one) => one.formats.includes(format) && fits(one))?.slug;
  const found = {
    image: first("images"), speech: first("audio", ({ hears }) => !hears), recording: first("audio", ({ hears }) => hears), moderation: first("moderations"), ranking: first("rerank"), video: first("tasks"),
  };
  return Object.fromEntries(Object.entries(found).filter(([, slug]) => slug !== undefined));
}

/** Errors under the codes that clients see; several of our own may share one. */
export async function liveFacts(locale: Locale): Promise<LiveFacts> {
  const [t, { settings }] = await Promise.all([getTranslations({ locale, namespace: "docs" }), shop()]);
  const { "money.bill_empty": billEmpty, "money.bill_blocked": billBlocked, "relay.responses_state": memory } = await settings();
  const rows = new Map<string, { code: string; status: number; retry: boolean; texts: string[] }>();
  for (const [ours, { status, retry }] of Object.entries(RELAY_ERRORS)) {
    const code = String(encodeError(new RelayError(ours as RelayErrorCode, ""), "").error["code"]);
    const row = rows.get(`${status} ${code}`) ?? { code, status, retry, texts: [] };
    row.texts.push(t(`errors.${ours}`));
    rows.set(`${status} ${code}`, row);
  }
  return {
    offered: offeredFormats(),
    errors: [...rows.values()].sort((a, b) => a.status - b.status),
    losses: Object.entries(LOSSES).map(([code, field]) => ({ code, field, text: t(`losses.${code as keyof typeof LOSSES}`) })),
    free: [t("live.free.failed"), ...(billEmpty ? [] : [t("live.free.empty")]), ...(billBlocked ? [] : [t("live.free.blocked")]), t("live.free.attempts")],
    memory: Object.values(t.raw(`live.memory.${memory}`) as Readonly<Record<string, string>>),
    words: { loss: t("live.loss"), field: t("live.field"), happens: t("live.happens"), code: t("live.code"), status: t("live.status"), meaning: t("live.meaning"), retry: t("live.retry"), yes: t("live.yes"), no: t("live.no"), format: t("live.format"), address: t("live.address") },
  };
}

/** The guides that work here, by kind, and the reference; `current` is marked. */
export async function docGroups(locale: Locale, current: string): Promise<readonly DocGroup[]> {
  const t = await getTranslations("docs");
  const offered = offeredFormats();
  const link = (slug: string, text: string) => ({ href: `/${locale}/docs/${slug}`, text, current: slug === current });
  const groups = await Promise.all(KINDS.map(async (kind) => ({
    title: t(`kinds.${kind}`),
    links: await Promise.all(GUIDES.filter((guide) => guide.kind === kind && works(guide, offered)).map(async (guide) => link(guide.slug, (await guideText(locale, guide)).title))),
  })));
  return [...groups.slice(0, 3), { title: t("kinds.api"), links: [link("api", t("api.title")), link("api/management", t("management.title"))] }, ...groups.slice(3)];
}
