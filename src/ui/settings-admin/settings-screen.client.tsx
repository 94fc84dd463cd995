"use client";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Search } from "lucide-react";
import Link from "next/link";
import { useParams, useRouter } from "next/navigation";
import { useTranslations } from "next-intl";
import { useState } from "react";
import { reasonOf } from "#ui/account/reason.ts";
import { Button } from "#ui/kit/button.tsx";
import { Callout } from "#ui/kit/callout.tsx";
import { DiffView } from "#ui/kit/diff-view.tsx";
import { Dialog } from "#ui/kit/dialog.client.tsx";
import { useLeaveGuard } from "#ui/kit/form.client.tsx";
import { ErrorState, NoMatch, SkeletonText } from "#ui/kit/states.tsx";
import { useToast } from "#ui/kit/toast.client.tsx";
import { EnvironmentRows } from "#ui/settings-admin/environment-rows.client.tsx";
import { fitOf } from "#ui/settings-admin/fit-of.ts";
import { SettingRow } from "#ui/settings-admin/setting-row.client.tsx";
import { textOf, type Drafts, type Setting } from "#ui/settings-admin/setting-types.ts";
import { useTRPC } from "#ui/trpc/client.client.tsx";

type Props = { areas: readonly string[]; words: Readonly<Record<string, string>>; mayWrite: boolean };

/** The settings of the area in the address; the box searches all of them, in both languages. It outlives a change of area, so changes in several are saved together. */
export function SettingsScreen({ areas, words, mayWrite }: Props) {
  const { area = "" } = useParams<{ area: string }>();
  const trpc = useTRPC();
  const t = useTranslations("settings-admin");
  const [text, setText] = useState("");
  const [drafts, setDrafts] = useState<Drafts>(new Map());
  const [reviewing, setReviewing] = useState(false);
  const list = useQuery(trpc.admin.settings.list.queryOptions());
  useLeaveGuard(drafts.size > 0, "/admin/settings/");
  const wanted = text.trim().toLowerCase();
  const shown = wanted === "" ? (list.data ?? []).filter(({ area: own }) => own === area) : found(list.data ?? [], words, wanted);
  const draft = (path: string, value: unknown) => setDrafts((now) => {
    const next = new Map(now);
    if (value === undefined) next.delete(path);
    else next.set(path, value);
    return next;
  });
  return (
    <div className="grid items-start gap-x-8 gap-y-4 lg:grid-cols-[176px_minmax(0,1fr)]">
      <div className="flex min-w-0 flex-col gap-3 lg:sticky lg:top-16">
        <div className="field field-quiet"><Search size={16} strokeWidth={1.75} className="text-fg-3" aria-hidden="true" /><input type="search" value={text} maxLength={80} aria-label={t("search")} placeholder={t("search")} onChange={(event) => setText(event.target.value)} /></div>
        <nav aria-label={t("areas")} className="flex gap-1 overflow-x-auto lg:flex-col">
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
            {wanted === "" ? <EnvironmentRows area={area} /> : null}
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
      <ReviewDialog open={reviewing} onOpenChange={setReviewing} settings={list.data ?? []} drafts={drafts} onSaved={() => setDrafts(new Map())} />
    </div>
  );
}

/** What fits, with settings that are called so before those that only mention it. */
const found = (settings: readonly Setting[], words: Props["words"], wanted: string): readonly Setting[] =>
  settings.flatMap((setting) => {
    const fit = fitOf(words[setting.path] ?? setting.path, wanted);
    return fit === undefined ? [] : [{ setting, fit }];
  }).sort((a, b) => a.fit - b.fit).map(({ setting }) => setting);

type ReviewProps = { open: boolean; onOpenChange: (open: boolean) => void; settings: readonly Setting[]; drafts: Drafts; onSaved: () => void };

/** What will be different, side by side; then all of it is saved, or nothing. */
function ReviewDialog({ open, onOpenChange, settings, drafts, onSaved }: ReviewProps) {
  const trpc = useTRPC();
  const client = useQueryClient();
  const router = useRouter();
  const toast = useToast();
  const t = useTranslations("settings-admin");
  const [failed, setFailed] = useState<string>();
  const save = useMutation(trpc.admin.settings.save.mutationOptions());
  const changed = settings.filter(({ path }) => drafts.has(path));
  const submit = async () => {
    setFailed(undefined);
    try {
      await save.mutateAsync({ changes: changed.map(({ path, stored }) => ({ path, value: drafts.get(path) ?? null, seen: stored ?? null })) });
      await client.invalidateQueries(trpc.admin.settings.pathFilter());
      onSaved();
      onOpenChange(false);
      toast.success(t("saved"));
      router.refresh();
    } catch (error) {
      const [why = "", path = ""] = (reasonOf(error) ?? "").split(":");
      setFailed(why === "invalid" ? t("failedInvalid", { path, message: error instanceof Error ? error.message : "" }) : why === "changed" ? t("failedChanged", { path }) : t("failed"));
    }
  };
  return (
    <Dialog
      open={open} onOpenChange={onOpenChange} size="lg" title={t("reviewTitle")} description={t("reviewText")}
      footer={<><Button onClick={() => onOpenChange(false)}>{t("back")}</Button><Button variant="primary" busy={save.isPending} onClick={() => void submit()}>{t("save")}</Button></>}
    >
      <div className="flex flex-col gap-4">
        <DiffView
          name={(path) => (t.has(`set.${path}.label`) ? t(`set.${path}.label`) : path)}
          changes={changed.map(({ path, stored, initial }) => ({ path, before: textOf(stored ?? initial), after: drafts.get(path) === null ? t("defaultIs", { value: textOf(initial) || t("nothing") }) : textOf(drafts.get(path)) }))}
        />
        {failed ? <Callout tone="bad">{failed}</Callout> : null}
      </div>
    </Dialog>
  );
}
