"use client";
import type { inferRouterInputs, inferRouterOutputs } from "@trpc/server";
import { useTranslations } from "next-intl";
import { useCallback } from "react";
import { useAct } from "#ui/channels/use-act.client.ts";
import type { AppRouter } from "#trpc/root.ts";
import { useTRPCClient } from "#ui/trpc/client.client.tsx";

export type ChannelEdit = inferRouterInputs<AppRouter>["admin"]["channels"]["editMany"]["edits"][number];

type Edited = inferRouterOutputs<AppRouter>["admin"]["channels"]["editMany"]["edited"];

/** Changes several channels as one act, at once, with a way back for as long as the note stands. @returns the channels as they are then; undefined when it was refused */
export function useBulkEdit(): (edits: readonly ChannelEdit[], done: string) => Promise<Edited | undefined> {
  const t = useTranslations("channels.bulk");
  const client = useTRPCClient();
  const { act, toast } = useAct();
  return useCallback(async (edits, done) => {
    if (edits.length === 0) return [];
    const made = await act(() => client.admin.channels.editMany.mutate({ edits: [...edits] }));
    if (!made) return undefined;
    toast.undo(done, () => void act(() => client.admin.channels.editMany.mutate({ edits: [...made.edited] }), t("undone")));
    return made.edited;
  }, [act, client, t, toast]);
}
