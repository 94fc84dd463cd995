import { hasLocale } from "next-intl";
import { docsMarkdown } from "#app/markdown/docs-markdown.ts";
import { legalMarkdown } from "#app/markdown/legal-markdown.ts";
import { catalogueMarkdown, offerMarkdown } from "#app/markdown/models-markdown.ts";
import { shop } from "#app/shop.ts";
import { routing, type Locale } from "#ui/i18n/routing.ts";
import { slugFromPath } from "#ui/storefront/addresses.ts";
import { MARKDOWN_ENDING } from "#ui/storefront/markdown.ts";

export const dynamic = "force-dynamic";

type Twin = Readonly<{ text: string; /** Where the page stands that this is the twin of, when it was asked for by another address. */ path?: string }>;

/** Public pages as Markdown: what `.md` behind their address asks for. */
export async function GET(_request: Request, { params }: { params: Promise<{ locale: string; path: string[] }> }): Promise<Response> {
  const { locale, path } = await params;
  if (!hasLocale(routing.locales, locale)) return missing();
  const twin = await twinOf(locale, path);
  if (!twin) return missing();
  const base = await (await shop()).baseUrl();
  const here = `/${locale}/${path.join("/")}`;
  if (twin.path !== undefined && decodeURIComponent(twin.path) !== decodeURIComponent(here)) return new Response(null, { status: 308, headers: { location: `${twin.path}${MARKDOWN_ENDING}` } });
  return new Response(twin.text, {
    headers: {
      "content-type": "text/markdown; charset=utf-8", "cache-control": "no-cache", "access-control-allow-origin": "*", "content-language": locale,
      // Search engines shall list the page, not its twin.
      link: `<${base}${twin.path ?? here}>; rel="canonical"`,
    },
  });
}

async function twinOf(locale: Locale, [area, ...rest]: readonly string[]): Promise<Twin | undefined> {
  const of = (text: string | undefined): Twin | undefined => (text === undefined ? undefined : { text });
  if (area === "docs") return of(await docsMarkdown(locale, rest.join("/")));
  if (area === "legal" && rest.length === 1) return of(await legalMarkdown(locale, rest[0]!));
  if (area !== "models") return undefined;
  if (rest.length === 0) return of(await catalogueMarkdown(locale));
  const name = slugFromPath(rest.slice(1));
  return name === undefined || name === "" ? undefined : offerMarkdown(locale, name);
}

const missing = (): Response => new Response("There is no such page.\n", { status: 404, headers: { "content-type": "text/plain; charset=utf-8" } });
