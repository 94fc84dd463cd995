import type { SettingPath, SettingValues } from "#accounts/settings.ts";

export const LEGAL_PAGES = ["terms", "privacy", "refunds"] as const;
export type LegalPage = (typeof LEGAL_PAGES)[number];
export const isLegalPage = (page: string): page is LegalPage => (LEGAL_PAGES as readonly string[]).includes(page);

/** The page whose text a setting holds. */
export function legalPageOf(path: SettingPath): LegalPage | undefined {
  const [area, page = ""] = path.split(".");
  return area === "legal" && isLegalPage(page) ? page : undefined;
}

export type LegalTexts = Readonly<{ en?: string | undefined; zh?: string | undefined }>;
/** One version of a legal page; without texts the page was withdrawn. */
export type LegalVersion = Readonly<{ page: LegalPage; version: number; texts: LegalTexts | null; publishedAt: Date; effectiveAt: Date }>;

/** The newest version that has taken effect; undefined while there is none, or when the page was withdrawn. */
export function versionInForce(versions: readonly LegalVersion[], nowMs: number): LegalVersion | undefined {
  const newest = versions.filter(({ effectiveAt }) => effectiveAt.getTime() <= nowMs).reduce<LegalVersion | undefined>((best, each) => (best && best.version > each.version ? best : each), undefined);
  return newest?.texts ? newest : undefined;
}

/** The next version that is published and not yet in force, and that nothing newer overtakes before. */
export const versionToCome = (versions: readonly LegalVersion[], nowMs: number): LegalVersion | undefined => {
  const ahead = versions.filter(({ effectiveAt, texts }) => effectiveAt.getTime() > nowMs && texts !== null);
  const newest = Math.max(0, ...versions.filter(({ effectiveAt }) => effectiveAt.getTime() <= nowMs).map(({ version }) => version));
  return ahead.filter(({ version }) => version > newest).sort((a, b) => a.version - b.version)[0];
};

/** What somebody who signs up is asked to agree to: pages of the shop's own, or addresses where they are kept elsewhere. */
export type Papers = Readonly<{ termsUrl?: string; privacyUrl?: string; pages: readonly LegalPage[] }>;

export function papersToAgree(settings: SettingValues, inForce: ReadonlySet<LegalPage>): Papers {
  const { "shop.terms_url": terms, "shop.privacy_url": privacy } = settings;
  const own = (["terms", "privacy"] as const).filter((page) => inForce.has(page) && (page === "terms" ? terms : privacy) === undefined);
  const termsUrl = terms ?? (own.includes("terms") ? "/legal/terms" : undefined);
  const privacyUrl = privacy ?? (own.includes("privacy") ? "/legal/privacy" : undefined);
  // Without terms nothing is asked, so nothing was agreed to either.
  return { ...(termsUrl !== undefined && { termsUrl }), ...(privacyUrl !== undefined && { privacyUrl }), pages: termsUrl === undefined ? [] : own };
}
