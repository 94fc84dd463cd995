"use client";
import { useMutation } from "@tanstack/react-query";
import { useRouter } from "next/navigation";
import { useTranslations } from "next-intl";
import { useState } from "react";
import { AgreementsCard } from "#ui/account/agreements-card.client.tsx";
import { SudoCancelled, useSudo } from "#ui/account/sudo-dialog.client.tsx";
import { useFailureText } from "#ui/account/use-failure-text.client.ts";
import { Button } from "#ui/kit/button.tsx";
import { Callout } from "#ui/kit/callout.tsx";
import { Card } from "#ui/kit/card.tsx";
import { ConfirmDialog } from "#ui/kit/confirm-dialog.client.tsx";
import { useToast } from "#ui/kit/toast.client.tsx";
import { useTRPC } from "#ui/trpc/client.client.tsx";

type Props = { email: string; staff: boolean; closingOn: string | undefined };

/** What the shop keeps, how to take it out, and how to leave. */
export function DataSettings({ email, staff, closingOn }: Props) {
  const t = useTranslations("settings.data");
  return (
    <div className="flex max-w-[640px] flex-col gap-4">
      <Card title={t("log")}><p className="text-fg-2">{t("logText")}</p></Card>
      <AgreementsCard />
      <ExportCard />
      <Card title={t("close")}>
        {staff ? <p className="text-fg-2">{t("staff")}</p> : <Closing email={email} closingOn={closingOn} />}
      </Card>
    </div>
  );
}

function ExportCard() {
  const t = useTranslations("settings.data");
  const trpc = useTRPC();
  const toast = useToast();
  const failure = useFailureText();
  const sudo = useSudo();
  const fetchData = useMutation(trpc.console.profile.exportData.mutationOptions());
  const download = async () => {
    try {
      const data = await sudo.run(() => fetchData.mutateAsync());
      save(JSON.stringify(data, (_, value: unknown) => (typeof value === "bigint" ? value.toString() : value), 2));
      toast.success(t("exportDone"));
    } catch (error) {
      const text = failure(error);
      if (text) toast.error(text);
    }
  };
  return (
    <Card title={t("export")}>
      <p className="text-fg-2">{t("exportText")}</p>
      <Button className="mt-4" busy={fetchData.isPending} onClick={() => void download()}>{t("exportSubmit")}</Button>
      {sudo.dialog}
    </Card>
  );
}

/** Hands a text to the browser as a file. */
function save(text: string): void {
  const url = URL.createObjectURL(new Blob([text], { type: "application/json" }));
  const link = Object.assign(document.createElement("a"), { href: url, download: "account.json" });
  link.click();
  URL.revokeObjectURL(url);
}

function Closing({ email, closingOn }: Omit<Props, "staff">) {
  const t = useTranslations("settings.data");
  const trpc = useTRPC();
  const router = useRouter();
  const toast = useToast();
  const failure = useFailureText();
  const sudo = useSudo();
  const [asking, setAsking] = useState(false);
  const close = useMutation(trpc.console.profile.close.mutationOptions());
  const keep = useMutation(trpc.console.profile.keep.mutationOptions({
    onSuccess: () => {
      toast.success(t("kept"));
      router.refresh();
    },
    onError: (error) => toast.error(failure(error) ?? ""),
  }));

  if (closingOn !== undefined) {
    return <Callout tone="warn" action={<Button busy={keep.isPending} onClick={() => keep.mutate()}>{t("keep")}</Button>}>{t("closing", { date: closingOn })}</Callout>;
  }
  return (
    <>
      <p className="text-fg-2">{t("closeText")}</p>
      <Button className="mt-4" variant="danger" onClick={() => setAsking(true)}>{t("closeSubmit")}</Button>
      <ConfirmDialog
        open={asking} onOpenChange={setAsking} title={t("closeTitle")} description={t("closeText")} confirmLabel={t("closeConfirm")} danger typed={email}
        onConfirm={async () => {
          try {
            await sudo.run(() => close.mutateAsync({ email }));
            router.refresh();
          } catch (error) {
            if (!(error instanceof SudoCancelled)) throw new Error(failure(error), { cause: error });
          }
        }}
      />
      {sudo.dialog}
    </>
  );
}
