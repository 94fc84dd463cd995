"use client";
import { useQuery } from "@tanstack/react-query";
import { ChevronDown } from "lucide-react";
import { useTranslations } from "next-intl";
import type { ReactNode } from "react";
import { ENDPOINTS, EXPIRIES, PERIODS, type KeyDraft } from "#ui/keys/key-draft.ts";
import { useLimitSentence } from "#ui/keys/limit-sentence.client.ts";
import { CheckboxField, ComboboxField, MoneyField, NumberField, SelectField, TagInput, TextField } from "#ui/kit/fields.client.tsx";
import { isWildcard, rowBelow } from "#ui/models/wildcard.ts";
import { useTRPC } from "#ui/trpc/client.client.tsx";

type Props = { draft: KeyDraft; onChange: (draft: KeyDraft) => void; nameError?: string | undefined; cidrError?: string | undefined; open?: boolean };

const COUNT_MAX = 1_000_000_000;

/** Everything that can be said about a key, in three parts; the last two are folded under a sentence of what they say. */
export function KeyFields({ draft, onChange, nameError, cidrError, open = false }: Props) {
  const t = useTranslations("keys");
  const sentence = useLimitSentence();
  const set = (part: Partial<KeyDraft>): void => onChange({ ...draft, ...part });
  return (
    <div className="flex flex-col gap-4">
      <TextField label={t("form.name")} hint={t("form.nameHint")} value={draft.name} maxLength={64} required autoComplete="off" error={nameError} onChange={(event) => set({ name: event.target.value })} />
      <div className="grid gap-4 sm:grid-cols-2">
        <SelectField label={t("form.expiry")} value={draft.expiry} onChange={(expiry) => set({ expiry })} options={EXPIRIES.map((value) => ({ value, label: t(`form.expiries.${value}`) }))} />
        {draft.expiry === "date" ? (
          <TextField type="date" label={t("form.expiresOn")} hint={t("form.expiresHint")} value={draft.expiresOn} onChange={(event) => set({ expiresOn: event.target.value })} />
        ) : null}
      </div>
      <Fold title={t("form.limits")} summary={sentence.limits(draft)} open={open}>
        <div className="grid gap-4 sm:grid-cols-2">
          {PERIODS.map((per) => (
            <MoneyField key={per} label={t(`form.budget.${per}`)} optional value={draft.budgets[per]} onChange={(amount) => set({ budgets: withBudget(draft.budgets, per, amount) })} />
          ))}
        </div>
        <p className="hint">{t("form.budgetHint")}</p>
        <div className="grid items-end gap-4 sm:grid-cols-3">
          <NumberField label={t("form.rpm")} optional max={COUNT_MAX} value={draft.rpm} onChange={(rpm) => set({ rpm })} />
          <NumberField label={t("form.tpm")} optional max={COUNT_MAX} value={draft.tpm} onChange={(tpm) => set({ tpm })} />
          <NumberField label={t("form.concurrency")} optional max={COUNT_MAX} value={draft.concurrency} onChange={(concurrency) => set({ concurrency })} />
        </div>
      </Fold>
      <Fold title={t("form.access")} summary={sentence.access(draft)} open={open || cidrError !== undefined}>
        <ModelsField value={draft.models} onChange={(models) => set({ models })} />
        <ComboboxField
          multiple label={t("form.endpoints")} optional placeholder={t("form.allEndpoints")} value={draft.endpoints}
          onChange={(endpoints) => set({ endpoints: ENDPOINTS.filter((name) => endpoints.includes(name)) })} options={ENDPOINTS.map((value) => ({ value, label: value }))}
        />
        <TagInput label={t("form.cidrs")} optional hint={t("form.cidrsHint")} error={cidrError} value={draft.cidrs} onChange={(cidrs) => set({ cidrs })} placeholder="203.0.113.0/24" />
        <ScopesField value={draft.scopes} onChange={(scopes) => set({ scopes })} />
      </Fold>
    </div>
  );
}

function withBudget(budgets: KeyDraft["budgets"], per: keyof KeyDraft["budgets"], amount: bigint | undefined): KeyDraft["budgets"] {
  const { [per]: _old, ...rest } = budgets;
  return amount === undefined ? rest : { ...rest, [per]: amount };
}

/** Models on offer by name, and whole vendors as `vendor/*`, which a wildcard of that name is too. */
function ModelsField({ value, onChange }: { value: readonly string[]; onChange: (models: string[]) => void }) {
  const t = useTranslations("keys");
  const trpc = useTRPC();
  const { data = [] } = useQuery(trpc.console.models.list.queryOptions());
  const vendors = [...new Set(data.flatMap(({ vendor }) => vendor ?? []))].sort();
  const options = [
    ...vendors.filter((vendor) => !data.some(({ slug }) => slug === `${vendor}/*`)).map((vendor) => ({ value: `${vendor}/*`, label: `${vendor}/*`, hint: t("form.allOf", { vendor }) })),
    ...data.map(({ slug }) => ({ value: slug, label: slug, ...(isWildcard(slug) && { hint: t("form.allBelow") }) })),
  ];
  const known = new Set(options.map((option) => option.value));
  const kept = value.filter((name) => !known.has(name)).map((name) => ({ value: name, label: name }));
  return <ComboboxField multiple label={t("form.models")} optional placeholder={t("form.allModels")} value={value} onChange={onChange} options={[...options, ...kept]} typed={(name) => rowBelow(data, name) && { value: name, label: name }} />;
}

const SCOPE_WORD = { "channel:pin": "pin", debug: "debug" } as const satisfies Record<KeyDraft["scopes"][number], string>;

/** Rights beyond calls: nothing of them is shown to customers, who can give none. */
function ScopesField({ value, onChange }: { value: KeyDraft["scopes"]; onChange: (scopes: KeyDraft["scopes"]) => void }) {
  const t = useTranslations("keys.form");
  const trpc = useTRPC();
  const { data: offered = [] } = useQuery(trpc.console.keys.scopes.queryOptions());
  if (offered.length === 0) return null;
  return (
    <fieldset className="flex min-w-0 flex-col gap-2">
      <legend className="label">{t("scopes")}</legend>
      {offered.map((scope) => (
        <CheckboxField
          key={scope} label={t(`scope.${SCOPE_WORD[scope]}`)} hint={t(`scopeHint.${SCOPE_WORD[scope]}`)} checked={value.includes(scope)}
          onChange={(on) => onChange(offered.filter((one) => (one === scope ? on : value.includes(one))))}
        />
      ))}
    </fieldset>
  );
}

function Fold({ title, summary, open, children }: { title: string; summary: string; open: boolean; children: ReactNode }) {
  return (
    <details className="group rounded-control border" open={open}>
      <summary className="flex cursor-pointer flex-wrap items-baseline gap-x-3 gap-y-1 px-4 py-3">
        <span className="font-medium">{title}</span>
        <span className="min-w-0 flex-1 text-13 text-fg-2">{summary}</span>
        <ChevronDown size={16} strokeWidth={1.75} aria-hidden="true" className="self-center text-fg-3 transition-transform group-open:rotate-180" />
      </summary>
      <div className="flex flex-col gap-4 px-4 pt-1 pb-4">{children}</div>
    </details>
  );
}
