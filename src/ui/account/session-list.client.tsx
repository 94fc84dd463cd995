"use client";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useTranslations } from "next-intl";
import { useState } from "react";
import { deviceOf } from "#ui/account/device-name.ts";
import { useFailureText } from "#ui/account/use-failure-text.client.ts";
import { Badge } from "#ui/kit/badge.tsx";
import { Button } from "#ui/kit/button.tsx";
import { Card } from "#ui/kit/card.tsx";
import { ConfirmDialog } from "#ui/kit/confirm-dialog.client.tsx";
import { ErrorState, SkeletonText } from "#ui/kit/states.tsx";
import { Time } from "#ui/kit/time.tsx";
import { useToast } from "#ui/kit/toast.client.tsx";
import { useTRPC } from "#ui/trpc/client.client.tsx";

/** The browsers that are signed in; any but this one can be ended. */
export function SessionList() {
  const t = useTranslations("settings.sessions");
  const trpc = useTRPC();
  const client = useQueryClient();
  const toast = useToast();
  const failure = useFailureText();
  const [asking, setAsking] = useState(false);
  const sessions = useQuery(trpc.console.sessions.list.queryOptions());
  const refresh = () => client.invalidateQueries(trpc.console.sessions.list.queryFilter());
  const end = useMutation(trpc.console.sessions.end.mutationOptions({
    onSuccess: () => toast.success(t("ended")),
    onError: (error) => toast.error(failure(error) ?? ""),
    onSettled: refresh,
  }));
  const endOthers = useMutation(trpc.console.sessions.endOthers.mutationOptions({ onSettled: refresh }));
  const others = sessions.data?.filter(({ current }) => !current).length ?? 0;

  const device = (userAgent: string | null): string => {
    const known = deviceOf(userAgent);
    if (!known) return t("unknown");
    return known.system === undefined ? known.browser : t("on", { browser: known.browser, system: known.system });
  };

  if (sessions.isError && sessions.data === undefined) return <Card flush><ErrorState onRetry={() => void sessions.refetch()} busy={sessions.isFetching} /></Card>;
  return (
    <div className="max-w-[640px]">
      <div className="mb-4 flex flex-wrap items-center gap-3">
        <p className="min-w-0 flex-1 text-fg-2">{t("text")}</p>
        {others > 0 ? <Button onClick={() => setAsking(true)}>{t("endOthers")}</Button> : null}
      </div>
      <Card flush>
        {sessions.data === undefined ? <div className="p-5"><SkeletonText lines={3} /></div> : (
          <ul className="divide-y">
            {sessions.data.map(({ id, current, userAgent, ip, createdAt, lastUsedAt }) => (
              <li key={id} className="flex flex-wrap items-center gap-x-4 gap-y-2 px-4 py-3 sm:px-5">
                <div className="min-w-0 flex-1">
                  <p className="flex items-center gap-2 font-medium"><span className="truncate" title={userAgent ?? undefined}>{device(userAgent)}</span>{current ? <Badge tone="accent">{t("here")}</Badge> : null}</p>
                  <p className="mt-0.5 flex flex-wrap gap-x-3 text-13 text-fg-3">
                    <span>{t("used")} <Time at={lastUsedAt} /></span>
                    <span>{t("since")} <Time at={createdAt} /></span>
                    {ip ? <span className="font-mono">{ip}</span> : null}
                  </p>
                </div>
                {current ? null : <Button size="sm" aria-label={t("endOf", { device: device(userAgent) })} busy={end.isPending && end.variables.id === id} onClick={() => end.mutate({ id })}>{t("end")}</Button>}
              </li>
            ))}
          </ul>
        )}
      </Card>
      {sessions.data !== undefined && others === 0 ? <p className="mt-3 text-13 text-fg-3">{t("empty")}</p> : null}
      <ConfirmDialog
        open={asking} onOpenChange={setAsking} title={t("endOthersTitle")} description={t("endOthersText")} confirmLabel={t("endOthers")} danger
        onConfirm={async () => {
          const { ended } = await endOthers.mutateAsync();
          toast.success(t("endedOthers", { count: ended }));
        }}
      />
    </div>
  );
}
