"use client";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useTranslations } from "next-intl";
import { useState, type ReactNode } from "react";
import { formatCount, formatExact } from "#ui/format/index.ts";
import { FreshSecret } from "#ui/keys/fresh-secret.client.tsx";
import { draftOf, isRetired, type KeyRow } from "#ui/keys/key-draft.ts";
import { useLimitSentence } from "#ui/keys/limit-sentence.client.ts";
import { ConfirmDialog } from "#ui/kit/dialog.client.tsx";
import { SegmentedControl } from "#ui/kit/fields.client.tsx";
import type { MenuItem } from "#ui/kit/menu.client.tsx";
import { useToast } from "#ui/kit/toast.client.tsx";
import { useTRPC } from "#ui/trpc/client.client.tsx";

type Act = "rotate" | "revoke" | "leaked";
type Asked = Readonly<{ act: Act; key: KeyRow }>;
type Shown = Readonly<{ title: string; secret: string; key: KeyRow; note?: string }>;

const OVERLAPS = ["0", "1", "24", "72"] as const;
type Overlap = (typeof OVERLAPS)[number];

/**
 * Everything that is done to a key from a list or its page: the items of its menu, and the dialogs they open.
 *
 * @param away called after a key was replaced by another one
 */
export function useKeyActions({ base, shopName, away }: Readonly<{ base: string; shopName: string; away?: (id: string) => void }>): {
  items: (key: KeyRow) => MenuItem[];
  ask: (act: Act, key: KeyRow) => void;
  setEnabled: (key: KeyRow, enabled: boolean) => void;
  dialogs: ReactNode;
} {
  const t = useTranslations("keys");
  const trpc = useTRPC();
  const queries = useQueryClient();
  const toast = useToast();
  const [asked, setAsked] = useState<Asked>();
  const [shown, setShown] = useState<Shown>();
  const refresh = () => queries.invalidateQueries({ queryKey: trpc.console.pathKey() });
  const enable = useMutation(trpc.console.keys.setEnabled.mutationOptions({ onSuccess: refresh, onError: () => toast.error(t("problem.failed")) }));

  const setEnabled = (key: KeyRow, enabled: boolean): void => enable.mutate({ id: key.id, enabled }, {
    onSuccess: () => toast.undo(t(enabled ? "act.enabled" : "act.disabled", { name: key.name }), () => enable.mutate({ id: key.id, enabled: !enabled })),
  });
  const items = (key: KeyRow): MenuItem[] => isRetired(key) ? [{ label: t("act.open"), href: `/console/keys/${key.id}` }] : [
    { label: t("act.open"), href: `/console/keys/${key.id}` },
    { label: t("act.requests"), href: `/console/requests?key=${key.id}` },
    { label: t("act.rotate"), onSelect: () => setAsked({ act: "rotate", key }) },
    key.state === "disabled" ? { label: t("act.enable"), onSelect: () => setEnabled(key, true) } : { label: t("act.disable"), onSelect: () => setEnabled(key, false) },
    { label: t("act.leaked"), onSelect: () => setAsked({ act: "leaked", key }), danger: true, apart: true },
    { label: t("act.revoke"), onSelect: () => setAsked({ act: "revoke", key }), danger: true },
  ];
  return {
    items,
    ask: (act, key) => setAsked({ act, key }),
    setEnabled,
    dialogs: (
      <>
        {asked ? <Question asked={asked} onClose={() => setAsked(undefined)} onShown={setShown} onDone={() => void refresh()} /> : null}
        {shown ? (
          <Fresh shown={shown} base={base} shopName={shopName} onClose={() => {
            setShown(undefined);
            away?.(shown.key.id);
          }} />
        ) : null}
      </>
    ),
  };
}

function Fresh({ shown, base, shopName, onClose }: { shown: Shown; base: string; shopName: string; onClose: () => void }) {
  const sentence = useLimitSentence();
  return (
    <FreshSecret
      title={shown.title} secret={shown.secret} sentence={shown.note ?? sentence.both(draftOf(shown.key))}
      models={shown.key.models} base={base} shopName={shopName} onClose={onClose}
    />
  );
}

type QuestionProps = { asked: Asked; onClose: () => void; onShown: (shown: Shown) => void; onDone: () => void };

function Question({ asked: { act, key }, onClose, onShown, onDone }: QuestionProps) {
  const t = useTranslations("keys");
  const trpc = useTRPC();
  const toast = useToast();
  const [overlap, setOverlap] = useState<Overlap>("24");
  const rotate = useMutation(trpc.console.keys.rotate.mutationOptions());
  const revoke = useMutation(trpc.console.keys.revoke.mutationOptions());
  const leaked = useMutation(trpc.console.keys.leaked.mutationOptions());
  const withoutSpend = (made: Omit<KeyRow, "todayNano" | "monthNano">): KeyRow => ({ ...made, todayNano: 0n, monthNano: 0n });

  const confirm = async (): Promise<void> => {
    try {
      if (act === "rotate") {
        const made = await rotate.mutateAsync({ id: key.id, overlapHours: Number(overlap) });
        onShown({ title: t("fresh.rotatedTitle", { name: key.name }), secret: made.secret, key: withoutSpend(made.key), ...(overlap !== "0" && { note: t("fresh.rotatedNote", { hours: Number(overlap) }) }) });
      } else if (act === "leaked") {
        const made = await leaked.mutateAsync({ id: key.id });
        const note = t("fresh.leakedNote", { count: formatCount(made.lastDay.requests), spend: formatExact(made.lastDay.chargeNano) });
        onShown({ title: t("fresh.leakedTitle", { name: key.name }), secret: made.secret, key: withoutSpend(made.key), note });
      } else {
        await revoke.mutateAsync({ id: key.id });
        toast.success(t("act.revoked", { name: key.name }));
      }
    } catch {
      throw new Error(t("problem.failed"));
    }
    onDone();
  };
  return (
    <ConfirmDialog
      open onOpenChange={(open) => !open && onClose()} title={t(`ask.${act}.title`, { name: key.name })} description={t(`ask.${act}.text`)}
      confirmLabel={t(`ask.${act}.confirm`)} danger={act !== "rotate"} onConfirm={confirm}
    >
      {act === "rotate" ? (
        <div>
          <p className="label">{t("ask.rotate.overlap")}</p>
          <SegmentedControl label={t("ask.rotate.overlap")} value={overlap} onChange={setOverlap} options={OVERLAPS.map((value) => ({ value, label: t(`ask.rotate.hours.${value}`) }))} />
        </div>
      ) : null}
    </ConfirmDialog>
  );
}
