"use client";
import { useQuery } from "@tanstack/react-query";
import { ChevronDown, ChevronUp, Maximize2 } from "lucide-react";
import Link from "next/link";
import { useTranslations } from "next-intl";
import { Drawer } from "#ui/kit/drawer.client.tsx";
import { IconButton } from "#ui/kit/icon-button.client.tsx";
import { IdText } from "#ui/kit/id-text.client.tsx";
import { ErrorState, SkeletonText } from "#ui/kit/states.tsx";
import { ReceiptActions } from "#ui/requests/receipt-actions.client.tsx";
import { ReceiptView } from "#ui/requests/receipt-view.client.tsx";
import { useTRPC } from "#ui/trpc/client.client.tsx";

type Props = { id: string | null; onClose: () => void; onPrevious?: () => void; onNext?: () => void };

/** The receipt of the open row, beside the list. */
export function ReceiptDrawer({ id, onClose, onPrevious, onNext }: Props) {
  const t = useTranslations("requests");
  const actions = id === null ? null : (
    <>
      <IconButton label={t("newerRow")} onClick={onPrevious} disabled={!onPrevious}><ChevronUp size={16} strokeWidth={1.75} aria-hidden="true" /></IconButton>
      <IconButton label={t("olderRow")} onClick={onNext} disabled={!onNext}><ChevronDown size={16} strokeWidth={1.75} aria-hidden="true" /></IconButton>
      <Link href={`/console/requests/${id}`} className="btn btn-ghost btn-icon" aria-label={t("fullPage")} title={t("fullPage")}><Maximize2 size={16} strokeWidth={1.75} aria-hidden="true" /></Link>
    </>
  );
  return (
    <Drawer open={id !== null} onOpenChange={(open) => !open && onClose()} title={<span className="flex items-center gap-3">{t("receipt.title")}{id ? <IdText id={id} /> : null}</span>} actions={actions} {...(id && { footer: <ReceiptActions id={id} /> })}>
      {id === null ? null : <Receipt id={id} />}
    </Drawer>
  );
}

/** Loads and shows one receipt. One that is not there yet is asked for again: it settles within a second. */
export function Receipt({ id, wide = false }: { id: string; wide?: boolean }) {
  const t = useTranslations("requests");
  const trpc = useTRPC();
  const query = useQuery({
    ...trpc.console.requests.receipt.queryOptions({ id }),
    refetchInterval: ({ state }) => (state.data === undefined && state.error?.data?.code === "NOT_FOUND" && state.errorUpdateCount < 5 ? 1_000 : false),
  });
  if (query.data) return <ReceiptView receipt={query.data.receipt} wide={wide} />;
  if (query.error?.data?.code === "NOT_FOUND") return <ErrorState title={t("receipt.missing")} text={t("receipt.missingText")} requestId={id} />;
  if (query.isError) return <ErrorState onRetry={() => void query.refetch()} busy={query.isFetching} />;
  return <SkeletonText lines={8} />;
}
