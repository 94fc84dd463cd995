"use client";
import { useQueryClient } from "@tanstack/react-query";
import { useTranslations } from "next-intl";
import { useCallback, useMemo } from "react";
import { SudoCancelled, useSudo } from "#ui/account/sudo-dialog.client.tsx";
import { useToast } from "#ui/kit/toast.client.tsx";
import { useTRPC } from "#ui/trpc/client.client.tsx";

const KNOWN = [
  "not_found", "changed_meanwhile", "name_taken", "alias_taken", "wildcard_plain", "invalid", "below_cost", "begun_already", "in_the_past", "default_group", "in_use", "nothing_to_do",
] as const;
type Known = (typeof KNOWN)[number];

/** The refusal that the shop answered with, and what it said of it. */
export function refusalOf(error: unknown): Readonly<{ code: Known | "forbidden" | "other"; detail: string }> {
  const { message = "", data } = error as { message?: string; data?: { code?: string } | null };
  const [code = "", ...rest] = message.split(": ");
  const known = KNOWN.find((name) => name === code);
  if (known) return { code: known, detail: rest.join(": ") };
  return { code: data?.code === "FORBIDDEN" ? "forbidden" : data?.code === "BAD_REQUEST" ? "invalid" : "other", detail: "" };
}

/**
 * Acts of the staff on what is sold: afterwards every list of the four screens is read anew, and a refusal is said in
 * words. Whoever does heavy ones (keys, prices below cost) renders `dialog`, which asks for the password.
 */
export function useAct() {
  const { run, dialog } = useSudo();
  const t = useTranslations("channels.refused");
  const toast = useToast();
  const client = useQueryClient();
  const trpc = useTRPC();
  const say = useCallback((error: unknown): string => {
    const { code, detail } = refusalOf(error);
    return code === "changed_meanwhile" || code === "other" || code === "forbidden" ? t(code) : t(code, { detail });
  }, [t]);
  const refresh = useCallback(async () => {
    const { channels, models, prices, groups } = trpc.admin;
    await Promise.all([channels, models, prices, groups].map((area) => client.invalidateQueries({ queryKey: area.pathKey() })));
  }, [client, trpc]);
  /**
   * @param onChanged what follows, instead of a sentence, when somebody else has changed the thing meanwhile; by then it has been read anew
   * @returns undefined when it was refused, which has then been said
   */
  const act = useCallback(async <T,>(work: () => Promise<T>, done?: string, onChanged?: () => void): Promise<T | undefined> => {
    try {
      const result = await run(work);
      if (done !== undefined) toast.success(done);
      await refresh();
      return result;
    } catch (error) {
      const changed = onChanged !== undefined && refusalOf(error).code === "changed_meanwhile";
      if (!changed && !(error instanceof SudoCancelled)) toast.error(say(error));
      await refresh();
      if (changed) onChanged();
      return undefined;
    }
  }, [refresh, run, say, toast]);
  return useMemo(() => ({ act, say, refresh, toast, run, dialog }), [act, say, refresh, toast, run, dialog]);
}
