import type { Metadata } from "next";
import { getTranslations } from "next-intl/server";
import { docGroups, guideContext } from "#app/docs-context.ts";
import { pageMetadata } from "#app/page-metadata.ts";
import { shop } from "#app/shop.ts";
import { matchRoute } from "#relay/index.ts";
import type { Locale } from "#ui/i18n/routing.ts";
import { CodeCard } from "#ui/storefront/code-card.tsx";
import { Address } from "#ui/storefront/docs/address.tsx";
import { Text } from "#ui/storefront/docs/block-list.tsx";
import { fill, type GuideContext } from "#ui/storefront/docs/blocks.ts";
import { DocFrame } from "#ui/storefront/docs/doc-frame.tsx";
import { ENDPOINTS, HEADERS, type Endpoint } from "#ui/storefront/docs/endpoints.ts";
import { MethodBadge } from "#ui/storefront/docs/method-badge.tsx";

type Props = { params: Promise<{ locale: Locale }> };

export async function generateMetadata({ params }: Props): Promise<Metadata> {
  const { locale } = await params;
  const t = await getTranslations({ locale, namespace: "docs" });
  const shopName = (await (await shop()).settings())["shop.name"];
  return pageMetadata({ locale, path: "/docs/api", title: `${t("api.title")}: ${shopName}`, description: t("api.short"), markdown: true });
}

/** Asked of the relay itself: an address that it would refuse is not described. */
const answered = ({ method, path }: Endpoint): boolean => matchRoute(method, path.replaceAll(/\{\w+\}/g, "any")).kind !== "error";

/** Every address of the relay with a request and its answer. */
export default async function ApiPage({ params }: Props) {
  const { locale } = await params;
  const [groups, context, t] = await Promise.all([docGroups(locale, "api"), guideContext(), getTranslations("docs.api")]);
  const endpoints = ENDPOINTS.filter(answered);
  return (
    <DocFrame groups={groups} locale={locale} title={t("title")} description={t("short")} contents={endpoints.map(({ id, path }) => ({ anchor: id, text: path }))}>
      <p className="mt-4 max-w-[68ch] text-fg-2"><Text text={t("lead")} locale={locale} /></p>
      {endpoints.map((endpoint) => <EndpointSection key={endpoint.id} endpoint={endpoint} context={context} locale={locale} />)}
      <section className="mt-12" aria-labelledby="headers">
        <h2 id="headers" className="text-20 font-semibold">{t("headers")}</h2>
        <dl className="mt-3 border-b">
          {HEADERS.map(([name, text]) => (
            <div key={name} className="grid gap-x-6 gap-y-0.5 border-t py-2.5 sm:grid-cols-[232px_minmax(0,1fr)]">
              <dt><code className="text-13 [overflow-wrap:anywhere]">{name}</code></dt>
              <dd className="text-fg-2"><Text text={t(`headerTexts.${text}`)} locale={locale} /></dd>
            </div>
          ))}
        </dl>
      </section>
    </DocFrame>
  );
}

async function EndpointSection({ endpoint: { id, method, path, request, answer }, context, locale }: { endpoint: Endpoint; context: GuideContext; locale: Locale }) {
  const t = await getTranslations("docs.api");
  const common = await getTranslations("common");
  const words = { copy: common("copy"), copied: common("copied") };
  return (
    <section className="mt-12" aria-labelledby={id}>
      <h2 id={id} className="flex scroll-mt-20 flex-wrap items-center gap-x-3 gap-y-1 font-mono text-16"><MethodBadge method={method} /><span className="[overflow-wrap:anywhere]"><Address path={path} /></span></h2>
      <p className="mt-3 max-w-[68ch] text-fg-2"><Text text={t(`endpoints.${id}`)} locale={locale} /></p>
      <div className="mt-4 grid items-start gap-4">
        {request === undefined ? null : <CodeCard sample={{ name: t("request"), language: "json", code: fill(request, context) }} words={words} />}
        {answer === "" ? null : <CodeCard sample={{ name: t("answer"), language: "json", code: fill(answer, context) }} words={words} />}
      </div>
    </section>
  );
}
