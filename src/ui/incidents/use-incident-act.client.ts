"use client";
import { useQueryClient } from "@tanstack/react-query";
import { useTranslations } from "next-intl";
import { useState } from "react";
import { reasonOf } from "#ui/account/reason.ts";
import { useToast } from "#ui/kit/toast.client.tsx";
import { useTRPC } from "#ui/trpc/client.client.tsx";

const PROBLEMS = ["changed", "stage", "order"] as const;

/** Acts on incidents: what came of it is said, and every list is read anew. `act` answers undefined when it was refused. */
export function useIncidentAct() {
  const t = useTranslations("admin-incidents");
  const trpc = useTRPC();
  const client = useQueryClient();
  const toast = useToast();
  const [busy, setBusy] = useState(false);
  const act = async <T,>(work: () => Promise<T>, done: string): Promise<T | undefined> => {
    setBusy(true);
    try {
      const result = await work();
      toast.success(done);
      return result;
    } catch (error) {
      const reason = reasonOf(error);
      toast.error(t(`problems.${PROBLEMS.find((each) => each === reason) ?? "failed"}`));
      return undefined;
    } finally {
      await client.invalidateQueries({ queryKey: trpc.admin.incidents.pathKey() });
      setBusy(false);
    }
  };
  return { act, busy };
}
