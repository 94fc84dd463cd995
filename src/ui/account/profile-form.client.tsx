"use client";
import { useMutation } from "@tanstack/react-query";
import type { inferRouterOutputs } from "@trpc/server";
import { useRouter } from "next/navigation";
import { useTranslations } from "next-intl";
import { useState } from "react";
import type { AppRouter } from "#trpc/root.ts";
import { EmailSetting } from "#ui/account/email-setting.client.tsx";
import { useFailureText } from "#ui/account/use-failure-text.client.ts";
import { LOCALE_NAMES, routing } from "#ui/i18n/routing.ts";
import { Card } from "#ui/kit/card.tsx";
import { ComboboxField } from "#ui/kit/combobox-field.client.tsx";
import { SegmentedControl } from "#ui/kit/choice-fields.client.tsx";
import { SaveBar, useLeaveGuard } from "#ui/kit/form.client.tsx";
import { SelectField } from "#ui/kit/select-field.client.tsx";
import { TextField } from "#ui/kit/text-field.client.tsx";
import { useDensity } from "#ui/kit/use-density.client.ts";
import { useToast } from "#ui/kit/toast.client.tsx";
import { chooseLocale, chooseTheme, chooseZone } from "#ui/layout/preferences.client.ts";
import { useTRPC } from "#ui/trpc/client.client.tsx";

export type Profile = inferRouterOutputs<AppRouter>["console"]["profile"]["get"];
type Draft = Readonly<{ name: string; locale: "en" | "zh"; timeZone: string; theme: Profile["theme"]; density: Profile["density"] }>;

const draftOf = ({ name, locale, timeZone, theme, density }: Profile): Draft =>
  ({ name: name ?? "", locale: locale === "zh" ? "zh" : "en", timeZone, theme, density });

/** Who the account belongs to, and how its pages look to him. */
export function ProfileForm({ profile, zones }: { profile: Profile; zones: readonly string[] }) {
  const t = useTranslations("settings");
  const trpc = useTRPC();
  const router = useRouter();
  const toast = useToast();
  const failure = useFailureText();
  const [, chooseDensity] = useDensity();
  const [kept, setKept] = useState(() => draftOf(profile));
  const [draft, setDraft] = useState(kept);
  const update = useMutation(trpc.console.profile.update.mutationOptions());
  const changed = (Object.keys(draft) as (keyof Draft)[]).filter((key) => draft[key] !== kept[key]);
  const changes = changed.length;
  useLeaveGuard(changes > 0);
  const set = (patch: Partial<Draft>) => setDraft({ ...draft, ...patch });

  const save = async () => {
    try {
      // Only what was changed here: another tab may have changed the rest.
      const saved = draftOf(await update.mutateAsync(Object.fromEntries(changed.map((key) => [key, draft[key]]))));
      chooseTheme(saved.theme);
      chooseLocale(saved.locale);
      chooseZone(saved.timeZone);
      chooseDensity(saved.density);
      setKept(saved);
      setDraft(saved);
      toast.success(t("saved"));
      router.refresh();
    } catch (error) {
      toast.error(failure(error) ?? t("failed"));
    }
  };

  return (
    <div className="flex max-w-[640px] flex-col gap-4">
      <Card title={t("profile.you")}>
        <div className="flex flex-col gap-4">
          <TextField label={t("profile.name")} hint={t("profile.nameHint")} optional value={draft.name} maxLength={64} autoComplete="name" onChange={(event) => set({ name: event.target.value })} />
          <EmailSetting profile={profile} />
        </div>
      </Card>
      <Card title={t("profile.view")}>
        <div className="grid gap-4 sm:grid-cols-2">
          <SelectField label={t("profile.language")} value={draft.locale} onChange={(locale) => set({ locale })} options={routing.locales.map((value) => ({ value, label: LOCALE_NAMES[value] }))} />
          <ComboboxField label={t("profile.zone")} value={draft.timeZone} onChange={(timeZone) => timeZone && set({ timeZone })} options={zones.map((value) => ({ value, label: value.replaceAll("_", " ") }))} hint={t("profile.zoneHint")} />
          <Choice label={t("profile.theme")} value={draft.theme} onChange={(theme) => set({ theme })} options={(["system", "light", "dark"] as const).map((value) => ({ value, label: t(`profile.${value}`) }))} />
          <Choice label={t("profile.density")} value={draft.density} onChange={(density) => set({ density })} options={(["comfortable", "compact"] as const).map((value) => ({ value, label: t(`profile.${value}`) }))} />
        </div>
      </Card>
      <SaveBar changes={changes} onSave={() => void save()} onDiscard={() => setDraft(kept)} busy={update.isPending} />
    </div>
  );
}

type ChoiceProps<V extends string> = { label: string; value: V; onChange: (value: V) => void; options: readonly { value: V; label: string }[] };

function Choice<V extends string>({ label, ...rest }: ChoiceProps<V>) {
  return (
    <div className="min-w-0">
      <p className="label" aria-hidden="true">{label}</p>
      <SegmentedControl label={label} {...rest} />
    </div>
  );
}
