"use client";
import { useQuery } from "@tanstack/react-query";
import { Braces, Link2, Printer } from "lucide-react";
import { useTranslations } from "next-intl";
import { Button, LinkButton } from "#ui/kit/button.tsx";
import { useCopy } from "#ui/kit/copy-button.client.tsx";
import { useTRPC } from "#ui/trpc/client.client.tsx";

/** What can be done with a receipt: send it, take it as data, put it on paper. */
export function ReceiptActions({ id, page = false }: { id: string; page?: boolean }) {
  const t = useTranslations("requests.receipt");
  const trpc = useTRPC();
  const { data, isError } = useQuery({ ...trpc.console.requests.receipt.queryOptions({ id }), enabled: !page });
  const link = useCopy();
  const json = useCopy();
  // On a page of its own nothing is offered to be sent or printed while there is nothing to show.
  if (page && isError && !data) return null;
  return (
    <div className={page ? "flex flex-wrap gap-2 print:hidden" : "mr-auto flex flex-wrap gap-1"}>
      <Button variant={page ? "secondary" : "ghost"} onClick={() => void link.copy(`${location.origin}/console/requests/${id}`)}><Link2 size={16} strokeWidth={1.75} aria-hidden="true" />{link.copied ? t("copied") : t("copyLink")}</Button>
      <Button variant={page ? "secondary" : "ghost"} disabled={!data} onClick={() => void json.copy(JSON.stringify(data?.json, null, 2))}><Braces size={16} strokeWidth={1.75} aria-hidden="true" />{json.copied ? t("copied") : t("json")}</Button>
      {page
        ? <Button onClick={() => print()}><Printer size={16} strokeWidth={1.75} aria-hidden="true" />{t("print")}</Button>
        : <LinkButton variant="ghost" className="max-sm:hidden" href={`/console/requests/${id}`}><Printer size={16} strokeWidth={1.75} aria-hidden="true" />{t("print")}</LinkButton>}
    </div>
  );
}
