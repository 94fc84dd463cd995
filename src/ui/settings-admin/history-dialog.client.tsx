"use client";
import { useQuery } from "@tanstack/react-query";
import { useTranslations } from "next-intl";
import { Button } from "#ui/kit/button.tsx";
import { Dialog } from "#ui/kit/dialog.client.tsx";
import { ErrorState, SkeletonText } from "#ui/kit/states.tsx";
import { Timeline } from "#ui/kit/timeline.tsx";
import { textOf, type Setting } from "#ui/settings-admin/setting-types.ts";
import { useTRPC } from "#ui/trpc/client.client.tsx";

type Props = { setting: Setting; label: string; open: boolean; onOpenChange: (open: boolean) => void; onRestore?: (value: unknown) => void };

/** Who set it to what; an earlier value goes back into the field, where it is saved like any other. */
export function HistoryDialog({ setting, label, open, onOpenChange, onRestore }: Props) {
  const t = useTranslations("settings-admin");
  return <Dialog open={open} onOpenChange={onOpenChange} size="lg" title={t("historyOf", { name: label })}>{open ? <Changes setting={setting} onOpenChange={onOpenChange} {...(onRestore && { onRestore })} /> : null}</Dialog>;
}

function Changes({ setting, onOpenChange, onRestore }: Pick<Props, "setting" | "onOpenChange" | "onRestore">) {
  const trpc = useTRPC();
  const t = useTranslations("settings-admin");
  const { data, isError, refetch } = useQuery(trpc.admin.settings.history.queryOptions({ path: setting.path }));
  if (isError) return <ErrorState onRetry={() => void refetch()} className="p-0" />;
  if (!data) return <SkeletonText lines={3} />;
  const shown = (value: unknown): string => textOf(value).slice(0, 300) || t("nothing");
  return (
    <Timeline
      label={t("history")}
      items={data.map((change) => ({
        id: change.seq.toString(), at: change.at, title: change.after === null || change.after === undefined ? t("backToDefault") : shown(change.after), by: change.email ?? change.actorId ?? undefined,
        text: t("before", { value: shown(change.before) }),
        aside: onRestore ? (
          <Button size="sm" onClick={() => {
            onRestore(change.before ?? null);
            onOpenChange(false);
          }}>{t("restore")}</Button>
        ) : undefined,
      }))}
    />
  );
}
