"use client";
import { useTranslations } from "next-intl";
import { useCallback } from "react";
import { useAct } from "#ui/channels/use-act.client.ts";
import { useTRPCClient } from "#ui/trpc/client.client.tsx";

/** Says that prices were published, with a way back while the note stands. */
export function usePublishedNote(): (text: string, undo: readonly bigint[]) => void {
  const t = useTranslations("prices");
  const client = useTRPCClient();
  const { act, toast } = useAct();
  return useCallback((text, undo) => {
    if (undo.length === 0) toast.success(text);
    else toast.undo(text, () => void act(() => client.admin.prices.takeBack.mutate({ versionIds: [...undo] }), t("takenBack")));
  }, [act, client, t, toast]);
}
