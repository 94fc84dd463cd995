"use client";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { CircleAlert, CircleCheck } from "lucide-react";
import { useLocale, useTranslations } from "next-intl";
import { useRouter } from "next/navigation";
import { useState, useSyncExternalStore } from "react";
import { LOCALE_NAMES, routing, type Locale } from "#ui/i18n/routing.ts";
import { Button } from "#ui/kit/button.tsx";
import { Callout } from "#ui/kit/callout.tsx";
import { RadioCards, SegmentedControl } from "#ui/kit/choice-fields.client.tsx";
import { SelectField, TextField } from "#ui/kit/fields.client.tsx";
import { ErrorState, SkeletonText } from "#ui/kit/states.tsx";
import type { Setting } from "#ui/settings-admin/setting-types.ts";
import { SetupPart } from "#ui/setup/setup-frame.tsx";
import { useTRPC } from "#ui/trpc/client.client.tsx";

type SignUp = "open" | "invite" | "closed";
const CURRENCIES = ["USD", "CNY", "EUR", "GBP", "JPY", "HKD", "SGD"] as const;
const RATE = /^(?!0+(\.0+)?$)\d{1,9}(\.\d{1,6})?$/;

/** Name, language, currency and address of the shop: settings like all others, asked for together. */
export function ShopStep({ base, onNext }: { base: string; onNext: () => void }) {
  const t = useTranslations("setup");
  const trpc = useTRPC();
  const list = useQuery(trpc.admin.settings.list.queryOptions());
  return (
    <SetupPart title={t("shop.title")} lead={t("shop.lead")}>
      {list.isError && !list.data ? <ErrorState onRetry={() => void list.refetch()} className="p-0" /> : !list.data ? <SkeletonText lines={8} /> : <ShopForm base={base} settings={list.data} onNext={onNext} />}
    </SetupPart>
  );
}

const bare = (url: string): string => url.trim().replace(/\/+$/, "");
const noChange = () => () => undefined;
/** The address this page was loaded from, which so is proven; unknown while the server writes the page. */
const useOrigin = (): string | undefined => useSyncExternalStore(noChange, () => location.origin, () => undefined);

function ShopForm({ base, settings, onNext }: { base: string; settings: readonly Setting[]; onNext: () => void }) {
  const t = useTranslations("setup");
  const trpc = useTRPC();
  const cache = useQueryClient();
  const router = useRouter();
  const save = useMutation(trpc.admin.settings.save.mutationOptions());
  const of = (path: string): Setting | undefined => settings.find((setting) => setting.path === path);
  const valueOf = (path: string): unknown => { const setting = of(path); return setting?.set ? setting.stored : setting?.initial; };
  const origin = useOrigin();
  const lockedUrl = of("shop.url")?.locked?.value;
  const [name, setName] = useState(() => String(valueOf("shop.name") ?? ""));
  const here = useLocale();
  // Until somebody chooses, the shop speaks as its owner does.
  const [locale, setLocale] = useState<Locale>(() => ((of("shop.default_locale")?.set ? valueOf("shop.default_locale") : here) === "zh" ? "zh" : "en"));
  const [signUp, setSignUp] = useState<SignUp>(() => valueOf("shop.sign_up") as SignUp);
  const [currency, setCurrency] = useState(() => String(valueOf("payments.currency") ?? "USD"));
  const [rate, setRate] = useState(() => String(valueOf("payments.rate") ?? "1"));
  const [url, setUrl] = useState<string>();
  const address = lockedUrl ?? url ?? (valueOf("shop.url") as string | undefined) ?? origin ?? "";
  const rateBad = currency !== "USD" && !RATE.test(rate.trim());
  const submit = async () => {
    const wanted: readonly (readonly [string, unknown])[] = [
      ["shop.name", name.trim()], ["shop.default_locale", locale], ["shop.sign_up", signUp], ["payments.currency", currency], ["payments.rate", currency === "USD" ? "1" : rate.trim()],
      // What the shop takes for its address by itself is not written down: it would outlive a change of the port.
      ...(lockedUrl === undefined && address !== "" && bare(address) !== base ? [["shop.url", bare(address)] as const] : []),
    ];
    const changes = wanted.filter(([path, value]) => path === "shop.name" || JSON.stringify(valueOf(path) ?? null) !== JSON.stringify(value))
      .map(([path, value]) => ({ path, value, seen: of(path)?.stored ?? null }));
    await save.mutateAsync({ changes });
    await cache.invalidateQueries(trpc.admin.settings.pathFilter());
    onNext();
    // The name stands above every step.
    router.refresh();
  };
  return (
    <form method="post" className="flex max-w-[480px] flex-col gap-5" onSubmit={(event) => { event.preventDefault(); void submit().catch(() => undefined); }}>
      <TextField label={t("shop.name")} name="shopName" required maxLength={100} value={name} onChange={(event) => setName(event.target.value)} hint={t("shop.nameHint")} autoFocus />
      <div>
        <p className="label" aria-hidden="true">{t("shop.language")}</p>
        <SegmentedControl label={t("shop.language")} value={locale} onChange={setLocale} options={routing.locales.map((value) => ({ value, label: LOCALE_NAMES[value] }))} />
        <p className="hint mt-1">{t("shop.languageHint")}</p>
      </div>
      <div className={`grid gap-4 ${currency === "USD" ? "" : "sm:grid-cols-2"}`}>
        <SelectField label={t("shop.currency")} value={currency} onChange={setCurrency} options={[...new Set([...CURRENCIES, currency])].map((value) => ({ value, label: value }))} hint={t("shop.currencyHint")} />
        {currency === "USD" ? null : <TextField label={t("shop.rate", { currency })} inputMode="decimal" value={rate} onChange={(event) => setRate(event.target.value)} error={rateBad ? t("shop.rateBad") : undefined} hint={t("shop.rateHint")} />}
      </div>
      <div>
        <TextField label={t("shop.address")} mono inputMode="url" value={address} readOnly={lockedUrl !== undefined} maxLength={300} onChange={(event) => setUrl(event.target.value)} {...(lockedUrl !== undefined && { hint: t("shop.addressLocked") })} />
        <AddressProof address={address} origin={origin} onUse={lockedUrl === undefined ? setUrl : undefined} />
      </div>
      <RadioCards
        label={t("shop.signUp")} value={signUp} onChange={setSignUp} columns={3}
        options={[{ value: "open", label: t("shop.signUpOpen") }, { value: "invite", label: t("shop.signUpInvite") }, { value: "closed", label: t("shop.signUpClosed") }]}
      />
      {save.isError ? <Callout tone="bad">{t("shop.failed", { message: save.error.message })}</Callout> : null}
      <div className="mt-3 flex flex-wrap items-center justify-end gap-2">
        <Button variant="ghost" size="lg" onClick={onNext}>{t("later")}</Button>
        <Button type="submit" variant="primary" size="lg" busy={save.isPending} disabled={name.trim() === "" || rateBad}>{t("next")}</Button>
      </div>
    </form>
  );
}

/** That this page came from the address is the proof that it leads here. */
function AddressProof({ address, origin, onUse }: { address: string; origin: string | undefined; onUse: ((url: string) => void) | undefined }) {
  const t = useTranslations("setup.shop");
  if (origin === undefined || address === "") return <p className="hint mt-1 min-h-5" />;
  const proven = bare(address) === origin;
  const local = /^https?:\/\/(localhost|127\.|\[::1\])/.test(address);
  return (
    <p className="mt-1.5 flex gap-2 text-13 text-fg-2" role="status">
      {proven ? <CircleCheck className="mt-0.5 flex-none text-ok" size={14} strokeWidth={2} aria-hidden="true" /> : <CircleAlert className="mt-0.5 flex-none text-warn" size={14} strokeWidth={2} aria-hidden="true" />}
      <span>
        {proven ? (local ? t("addressLocal") : t("addressProven")) : t("addressOther", { origin })}
        {proven || !onUse ? null : <button type="button" className="ml-1.5 text-accent-text hover:underline" onClick={() => onUse(origin)}>{t("addressUse")}</button>}
      </span>
    </p>
  );
}
