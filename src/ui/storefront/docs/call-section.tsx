import { ChevronRight } from "lucide-react";
import { getTranslations } from "next-intl/server";
import { CodeCard } from "#ui/storefront/code-card.tsx";
import type { CopyWords } from "#ui/storefront/copy-button.tsx";
import { Address } from "#ui/storefront/docs/address.tsx";
import { Text } from "#ui/storefront/docs/block-list.tsx";
import { Breakable } from "#ui/storefront/docs/breakable.tsx";
import { curlOf, fieldText, type ManagementText } from "#ui/storefront/docs/management-text.ts";
import { MethodBadge } from "#ui/storefront/docs/method-badge.tsx";
import type { ApiCall, ApiField } from "#ui/storefront/docs/open-api.ts";
import { shortJson } from "#ui/storefront/docs/short-json.ts";

type Props = { call: ApiCall; text: ManagementText; base: string; locale: string; words: CopyWords };

/** One call of the management interface: what it does, what it takes, a call of it and its answer. */
export async function CallSection({ call, text, base, locale, words }: Props) {
  const t = await getTranslations("docs.management");
  const said = text.calls[call.id];
  return (
    <section className="mt-8 border-t pt-6" aria-labelledby={call.id}>
      <h3 id={call.id} className="scroll-mt-20 text-16 font-semibold">{said?.title ?? call.summary}</h3>
      <p className="mt-2 flex flex-wrap items-center gap-x-2.5 gap-y-1"><MethodBadge method={call.method} /><code className="text-13 [overflow-wrap:anywhere]"><Address path={call.path} /></code></p>
      <p className="mt-2 max-w-[68ch] text-fg-2"><Text text={said?.text ?? ""} locale={locale} /></p>
      <p className="mt-1 text-13 text-fg-3">{call.permission === undefined ? t("public") : <>{t("permission")} <code>{call.permission}</code></>}</p>
      <Fields title={t("parameters")} fields={call.parameters} {...{ call, text, locale }} />
      <Fields title={t("body")} fields={call.body} {...{ call, text, locale }} />
      <div className="mt-5 grid gap-3">
        <CodeCard sample={{ name: t("request"), language: "shell", code: curlOf(call, base) }} words={words} />
        {call.shown.answer === undefined ? null : <CodeCard sample={{ name: t("answer"), language: "json", code: shortJson(call.shown.answer) }} words={words} />}
      </div>
      {call.answer.length === 0 ? null : (
        <details className="mt-2">
          <summary className="flex h-8 cursor-pointer items-center gap-1.5 text-13 font-medium max-sm:h-11"><ChevronRight className="text-fg-3 [details[open]>summary>&]:rotate-90" size={14} strokeWidth={1.75} aria-hidden="true" />{t("answerFields")}</summary>
          <FieldList fields={call.answer} {...{ call, text, locale }} marked={false} />
        </details>
      )}
    </section>
  );
}

type FieldsProps = { fields: readonly ApiField[]; call: ApiCall; text: ManagementText; locale: string };

function Fields({ title, ...rest }: FieldsProps & { title: string }) {
  if (rest.fields.length === 0) return null;
  return (
    <>
      <h4 className="mt-5 mb-1.5 text-13 font-medium">{title}</h4>
      <FieldList {...rest} marked />
    </>
  );
}

/** @param marked whether it says what must be given */
async function FieldList({ fields, call, text, locale, marked }: FieldsProps & { marked: boolean }) {
  const t = await getTranslations("docs.management");
  return (
    <dl className="border-b text-13">
      {fields.map(({ name, kind, required }) => (
        <div key={name} className="grid gap-x-6 gap-y-0.5 border-t py-2 sm:grid-cols-[minmax(0,220px)_minmax(0,1fr)]">
          <dt className="[overflow-wrap:anywhere]"><code><Breakable text={name} /></code>{marked && required ? <span className="ml-2 text-12 text-fg-3">{t("required")}</span> : null}</dt>
          <dd className="min-w-0 text-fg-2"><Text text={fieldText(text, call, name) ?? ""} locale={locale} /> <code className="text-12 text-fg-3 [overflow-wrap:anywhere]">{kind}</code></dd>
        </div>
      ))}
    </dl>
  );
}
