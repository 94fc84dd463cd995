import type { Metadata } from "next";
import { ChevronRight } from "lucide-react";
import { getTranslations } from "next-intl/server";
import { docGroups } from "#app/docs-context.ts";
import { pageMetadata } from "#app/page-metadata.ts";
import { shop } from "#app/shop.ts";
import type { Locale } from "#ui/i18n/routing.ts";
import { Text } from "#ui/storefront/docs/block-list.tsx";
import { DocFrame } from "#ui/storefront/docs/doc-frame.tsx";
import { apiCalls, type ApiCall, type ApiField } from "#ui/storefront/docs/open-api.ts";

type Props = { params: Promise<{ locale: Locale }> };

const FILE = "/api/v1/openapi.json";
const anchor = ({ method, path }: ApiCall): string => `${method}${path}`.toLowerCase().replace(/[^a-z0-9]+/g, "-").replace(/-+$/, "");

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
  const [groups, t, description] = await Promise.all([
    docGroups(locale, "api/management"), getTranslations("docs.management"), management(new Request(new URL(FILE, await baseUrl()))).then((answer) => answer.json() as Promise<unknown>),
  ]);
  const calls = apiCalls(description);
  return (
    <DocFrame groups={groups} locale={locale} title={t("title")} description={t("short")} contents={calls.map((call) => ({ anchor: anchor(call), text: `${call.method} ${call.path.replace("/api/v1", "")}` }))}>
      <p className="mt-4 max-w-[68ch] text-fg-2"><Text text={t("lead")} locale={locale} /> <a className="link" href={FILE}>{t("file")}</a></p>
      {calls.map((call) => (
        <section key={anchor(call)} className="mt-12" aria-labelledby={anchor(call)}>
          <h2 id={anchor(call)} className="flex scroll-mt-20 flex-wrap items-baseline gap-x-3 font-mono text-16"><span className="badge badge-accent">{call.method}</span><span className="[overflow-wrap:anywhere]">{call.path}</span></h2>
          <p className="mt-2 max-w-[68ch] text-fg-2" lang="en">{call.summary}</p>
          <p className="mt-1 text-13 text-fg-3">{call.permission === undefined ? t("public") : <>{t("permission")} <code>{call.permission}</code></>}</p>
          <Fields title={t("parameters")} fields={call.parameters} open />
          <Fields title={t("body")} fields={call.body} open />
          <Fields title={t("answer")} fields={call.answer} />
        </section>
      ))}
    </DocFrame>
  );
}

async function Fields({ title, fields, open = false }: { title: string; fields: readonly ApiField[]; open?: boolean }) {
  const t = await getTranslations("docs.management");
  if (fields.length === 0) return null;
  return (
    <details open={open} className="mt-3 border-t pt-2">
      <summary className="flex h-8 cursor-pointer items-center gap-1.5 text-13 font-medium"><ChevronRight className="text-fg-3 [details[open]>summary>&]:rotate-90" size={14} strokeWidth={1.75} aria-hidden="true" />{title}</summary>
      <dl>
        {fields.map(({ name, kind, required, text }) => (
          <div key={name} className="grid gap-x-6 border-t py-2 text-13 sm:grid-cols-[minmax(0,240px)_minmax(0,1fr)]">
            <dt className="[overflow-wrap:anywhere]"><code>{name}</code>{required ? <span className="ml-2 text-12 text-fg-3">{t("required")}</span> : null}</dt>
            <dd className="text-fg-2 [overflow-wrap:anywhere]"><code className="text-12">{kind}</code>{text === undefined ? null : <span className="ml-2" lang="en">{text}</span>}</dd>
          </div>
        ))}
      </dl>
    </details>
  );
}
