"use client";
import { useQuery } from "@tanstack/react-query";
import { Search } from "lucide-react";
import Link from "next/link";
import { useParams } from "next/navigation";
import { useTranslations } from "next-intl";
import { useEffect, useRef, useState } from "react";
import { Button } from "#ui/kit/button.tsx";
import { Callout } from "#ui/kit/callout.tsx";
import { useLeaveGuard } from "#ui/kit/form.client.tsx";
import { ErrorState, NoMatch, SkeletonText } from "#ui/kit/states.tsx";
import { EnvironmentRows } from "#ui/settings-admin/environment-rows.client.tsx";
import { fitOf } from "#ui/settings-admin/fit-of.ts";
import { ReviewDialog } from "#ui/settings-admin/review-dialog.client.tsx";
import { SettingRow } from "#ui/settings-admin/setting-row.client.tsx";
import type { Drafts, Setting } from "#ui/settings-admin/setting-types.ts";
import { useTRPC } from "#ui/trpc/client.client.tsx";

type Props = { areas: readonly string[]; words: Readonly<Record<string, string>>; mayWrite: boolean };

/** The settings of the area in the address; the box searches all of them, in both languages. It outlives a change of area, so changes in several are saved together. */
export function SettingsScreen({ areas, words, mayWrite }: Props) {
  const { area = "" } = useParams<{ area: string }>();
  const trpc = useTRPC();
  const t = useTranslations("settings-admin");
  const [text, setText] = useState("");
  const [drafts, setDrafts] = useState<Drafts>(new Map());
  // The list is read anew now and then: what a draft set out from is kept with it.
  const [seen, setSeen] = useState<Drafts>(new Map());
  const [reviewing, setReviewing] = useState(false);
  const list = useQuery(trpc.admin.settings.list.queryOptions());
  const areasRef = useRef<HTMLElement>(null);
  // On a phone the areas stand in one line, which may hide the one that is open.
  // In braces: newer browsers answer with a promise, which React would take for a clean-up.
  useEffect(() => {
    void areasRef.current?.querySelector("[aria-current]")?.scrollIntoView({ block: "nearest", inline: "center" });
  }, [area]);
  useLeaveGuard(drafts.size > 0, "/admin/settings/");
  const wanted = text.trim().toLowerCase();
  const shown = wanted === "" ? (list.data ?? []).filter(({ area: own }) => own === area) : found(list.data ?? [], words, wanted);
  const draft = (path: string, value: unknown) => {
    if (!drafts.has(path)) setSeen((now) => new Map(now).set(path, list.data?.find((setting) => setting.path === path)?.stored ?? null));
    setDrafts((now) => {
      const next = new Map(now);
      if (value === undefined) next.delete(path);
      else next.set(path, value);
      return next;
    });
  };
  return (
    <div className="grid items-start gap-x-8 gap-y-4 lg:grid-cols-[176px_minmax(0,1fr)]">
      <div className="flex min-w-0 flex-col gap-3 lg:sticky lg:top-16">
        <div className="field field-quiet"><Search size={16} strokeWidth={1.75} className="text-fg-3" aria-hidden="true" /><input type="search" value={text} maxLength={80} aria-label={t("search")} placeholder={t("search")} onChange={(event) => setText(event.target.value)} /></div>
        <nav ref={areasRef} aria-label={t("areas")} className="flex gap-1 overflow-x-auto lg:flex-col">
          {areas.map((name) => <Link key={name} href={`/admin/settings/${name}`} onClick={() => setText("")} aria-current={wanted === "" && name === area ? "page" : undefined} className="nav-item flex-none">{t(`area.${name}`)}</Link>)}
        </nav>
      </div>
      <div className="min-w-0 max-w-[760px] pb-20">
        {list.isError && !list.data ? <ErrorState onRetry={() => void list.refetch()} className="p-0" /> : !list.data ? <SkeletonText lines={10} /> : (
          <>
            {mayWrite ? null : <Callout className="mb-4">{t("readOnly")}</Callout>}
            {wanted !== "" && shown.length === 0 ? <NoMatch onClear={() => setText("")} /> : null}
            <ul className="flex flex-col">
              {shown.map((setting) => <li key={setting.path} className="border-t py-5 first:border-t-0 first:pt-0"><SettingRow setting={setting} drafts={drafts} onDraft={(value) => draft(setting.path, value)} mayWrite={mayWrite} showArea={wanted !== ""} /></li>)}
            </ul>
            {wanted === "" ? <EnvironmentRows area={area} alone={shown.length === 0} /> : null}
          </>
        )}
        {drafts.size > 0 ? (
          <div className="sticky bottom-4 z-20 mt-6 flex flex-wrap items-center gap-2 rounded-card border bg-surface px-4 py-3 shadow-pop" role="region" aria-label={t("unsaved", { count: drafts.size })}>
            <p className="min-w-0 flex-1 text-13 text-fg-2" role="status">{t("unsaved", { count: drafts.size })}</p>
            <Button onClick={() => setDrafts(new Map())}>{t("discard")}</Button>
            <Button variant="primary" onClick={() => setReviewing(true)}>{t("review")}</Button>
          </div>
        ) : null}
      </div>
      <ReviewDialog open={reviewing} onOpenChange={setReviewing} settings={list.data ?? []} drafts={drafts} seen={seen} onSeen={setSeen} onDrop={(path) => draft(path, undefined)} onSaved={() => setDrafts(new Map())} />
    </div>
  );
}

/** What fits, with settings that are called so before those that only mention it. */
const found = (settings: readonly Setting[], words: Props["words"], wanted: string): readonly Setting[] =>
  settings.flatMap((setting) => {
    const fit = fitOf(words[setting.path] ?? setting.path, wanted);
    return fit === undefined ? [] : [{ setting, fit }];
  }).sort((a, b) => a.fit - b.fit).map(({ setting }) => setting);
