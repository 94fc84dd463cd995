import type { Metadata } from "next";
import { getTranslations } from "next-intl/server";
import { docGroups } from "#app/docs-context.ts";
import { managementText } from "#app/management-text.ts";
import { pageMetadata } from "#app/page-metadata.ts";
import { shop } from "#app/shop.ts";
import { MANAGEMENT_ERRORS } from "#management/index.ts";
import type { Locale } from "#ui/i18n/routing.ts";
import { CodeCard } from "#ui/storefront/code-card.tsx";
import { Address } from "#ui/storefront/docs/address.tsx";
import { Text } from "#ui/storefront/docs/block-list.tsx";
import { CallSection } from "#ui/storefront/docs/call-section.tsx";
import { DocFrame } from "#ui/storefront/docs/doc-frame.tsx";
import { callGroups, TOKEN_VARIABLE, type CallGroup, type ManagementText } from "#ui/storefront/docs/management-text.ts";
import { MethodBadge } from "#ui/storefront/docs/method-badge.tsx";
import { apiCalls } from "#ui/storefront/docs/open-api.ts";

type Props = { params: Promise<{ locale: Locale }> };

const FILE = "/api/v1/openapi.json";
const SECTIONS = ["auth", "amounts", "paging", "repeat"] as const;

export async function generateMetadata({ params }: Props): Promise<Metadata> {
  const { locale } = await params;
  const t = await getTranslations({ locale, namespace: "docs" });
  const shopName = (await (await shop()).settings())["shop.name"];
  return pageMetadata({ locale, path: "/docs/api/management", title: `${t("management.title")}: ${shopName}`, description: t("management.short"), markdown: true });
}

/** The management interface, drawn from the very description that it serves. */
export default async function ManagementPage({ params }: Props) {
  const { locale } = await params;
  const { management, baseUrl } = await shop();
  const base = await baseUrl();
  const [groups, t, common, text, description] = await Promise.all([
    docGroups(locale, "api/management"), getTranslations("docs.management"), getTranslations("common"), managementText(locale),
    management(new Request(new URL(FILE, base))).then((answer) => answer.json() as Promise<unknown>),
  ]);
  const words = { copy: common("copy"), copied: common("copied") };
  const kinds = callGroups(apiCalls(description));
  const contents = [
    ...SECTIONS.map((name) => ({ anchor: name, text: text.sections[name].title })), { anchor: "all", text: t("all") },
    ...kinds.flatMap(({ tag, calls }) => [{ anchor: `group-${tag}`, text: text.groups[tag]?.title ?? tag }, ...calls.map(({ id, summary }) => ({ anchor: id, text: text.calls[id]?.title ?? summary, inner: true }))]),
    { anchor: "errors", text: t("errors") },
  ];
  return (
    <DocFrame groups={groups} locale={locale} title={t("title")} description={t("short")} contents={contents}>
      <p className="mt-4 max-w-[68ch] text-fg-2"><Text text={t("lead")} locale={locale} /> <a className="link" href={FILE}>{t("file")}</a></p>
      {SECTIONS.map((name) => (
        <section key={name} aria-labelledby={name}>
          <h2 id={name} className="mt-10 scroll-mt-20 text-20 font-semibold">{text.sections[name].title}</h2>
          <p className="mt-3 max-w-[68ch] text-fg-2"><Text text={text.sections[name].text} locale={locale} /></p>
          {name === "auth" ? <div className="mt-4"><CodeCard sample={{ name: t("request"), language: "shell", code: `export ${TOKEN_VARIABLE}=mm-admin-...\ncurl ${base}/api/v1/channels \\\n  -H "Authorization: Bearer $${TOKEN_VARIABLE}"` }} words={words} /></div> : null}
        </section>
      ))}
      <Index kinds={kinds} text={text} />
      {kinds.map(({ tag, calls }) => (
        <section key={tag} className="mt-14" aria-labelledby={`group-${tag}`}>
          <h2 id={`group-${tag}`} className="scroll-mt-20 text-20 font-semibold">{text.groups[tag]?.title ?? tag}</h2>
          <p className="mt-1 max-w-[68ch] text-fg-2">{text.groups[tag]?.text}</p>
          {calls.map((call) => <CallSection key={call.id} call={call} text={text} base={base} locale={locale} words={words} />)}
        </section>
      ))}
      <Errors text={text} locale={locale} />
    </DocFrame>
  );
}

/** Every call in one place, by what it is about. */
async function Index({ kinds, text }: { kinds: readonly CallGroup[]; text: ManagementText }) {
  const t = await getTranslations("docs.management");
  return (
    <section aria-labelledby="all">
      <h2 id="all" className="mt-10 scroll-mt-20 text-20 font-semibold">{t("all")}</h2>
      <div className="card mt-4 divide-y">
        {kinds.map(({ tag, calls }) => (
          <div key={tag} className="px-4 py-3">
            <p className="text-12 text-fg-3">{text.groups[tag]?.title ?? tag}</p>
            <ul>
              {calls.map(({ id, method, path, summary }) => (
                <li key={id}>
                  <a href={`#${id}`} className="grid grid-cols-[52px_minmax(0,1fr)] items-center gap-x-3 py-1.5 hover:text-accent-text sm:grid-cols-[52px_minmax(0,1fr)_minmax(0,200px)]">
                    <MethodBadge method={method} />
                    <code className="text-13 [overflow-wrap:anywhere]"><Address path={path} /></code>
                    <span className="text-13 text-fg-2 max-sm:col-start-2">{text.calls[id]?.title ?? summary}</span>
                  </a>
                </li>
              ))}
            </ul>
          </div>
        ))}
      </div>
    </section>
  );
}

/** On a phone the meaning stands below the code. */
async function Errors({ text, locale }: { text: ManagementText; locale: string }) {
  const t = await getTranslations("docs.management");
  const rows = Object.entries(MANAGEMENT_ERRORS).sort(([, a], [, b]) => a - b);
  return (
    <section aria-labelledby="errors">
      <h2 id="errors" className="mt-14 scroll-mt-20 text-20 font-semibold">{t("errors")}</h2>
      <p className="mt-3 max-w-[68ch] text-fg-2"><Text text={t("errorsLead")} locale={locale} /></p>
      <dl className="mt-4 border-b text-13">
        {rows.map(([code, status]) => (
          <div key={code} className="grid grid-cols-[36px_minmax(0,1fr)] gap-x-4 gap-y-0.5 border-t py-2 sm:grid-cols-[36px_200px_minmax(0,1fr)]">
            <dt className="contents"><span className="nums text-fg-3">{status}</span><code>{code}</code></dt>
            <dd className="text-fg-2 max-sm:col-start-2"><Text text={text.errors[code] ?? ""} locale={locale} /></dd>
          </div>
        ))}
      </dl>
    </section>
  );
}
