"use client";
import { useQuery } from "@tanstack/react-query";
import { useTranslations } from "next-intl";
import { useState, type ReactNode } from "react";
import { StatusDot } from "#ui/kit/badge.tsx";
import { Button, LinkButton } from "#ui/kit/button.tsx";
import { CopyField } from "#ui/kit/copy-field.client.tsx";
import { ErrorState, SkeletonText } from "#ui/kit/states.tsx";
import { SetupPart } from "#ui/setup/setup-frame.tsx";
import { useTRPC, useTRPCClient } from "#ui/trpc/client.client.tsx";

type Part = "payments" | "mail";

/** Whether a part is on: decided by the environment, which the page can read and not write. */
function usePart(part: Part) {
  const trpc = useTRPC();
  const query = useQuery(trpc.admin.health.switchedOff.queryOptions());
  return { query, found: query.data?.find((each) => each.part === part) };
}

function PartState({ part, children }: { part: Part; children: (off: boolean) => ReactNode }) {
  const t = useTranslations("setup");
  const { query, found } = usePart(part);
  if (query.isError && !query.data) return <ErrorState onRetry={() => void query.refetch()} className="p-0" />;
  if (!found) return <SkeletonText lines={4} />;
  return (
    <div className="rounded-card border bg-surface">
      <div className="flex flex-wrap items-baseline gap-x-4 gap-y-1 p-4">
        <p className="min-w-0 flex-1 font-medium">{t(`${part}.part`)}</p>
        <StatusDot tone={found.off ? "neutral" : "ok"}>{found.off ? t(`${part}.off`) : t(`${part}.on`)}</StatusDot>
        <p className="w-full text-fg-2">{found.off ? t(`${part}.offText`) : t(`${part}.onText`)}</p>
      </div>
      {children(found.off)}
    </div>
  );
}

export function PaymentsStep({ onBack, onNext }: { onBack: () => void; onNext: () => void }) {
  const t = useTranslations("setup");
  const [origin] = useState(() => (typeof location === "undefined" ? "" : location.origin));
  const { found } = usePart("payments");
  return (
    <SetupPart title={t("payments.title")} lead={t("payments.lead")} foot={<><Button variant="ghost" size="lg" onClick={onBack}>{t("back")}</Button><Button variant="primary" size="lg" onClick={onNext}>{found?.off === false ? t("next") : t("later")}</Button></>}>
      <PartState part="payments">
        {(off) => (off ? (
          <ol className="flex flex-col gap-4 border-t p-4">
            <li><p className="mb-2">{t("payments.first")}</p><CopyField label={t("payments.webhook")} value={`${origin}/api/webhooks/stripe`} /></li>
            <li><p className="mb-2">{t("payments.second")}</p><CopyField label={t("payments.variables")} value="STRIPE_SECRET_KEY=sk_… STRIPE_WEBHOOK_SECRET=whsec_…" /></li>
          </ol>
        ) : null)}
      </PartState>
      <div className="mt-4 flex flex-wrap items-baseline gap-x-4 gap-y-2 rounded-card border bg-surface p-4">
        <p className="min-w-0 flex-1 font-medium">{t("payments.codes")}</p>
        <StatusDot tone="ok">{t("payments.codesOn")}</StatusDot>
        <p className="w-full text-fg-2">{t("payments.codesText")}</p>
      </div>
    </SetupPart>
  );
}

/** The last step before the end; on the way there the key for the first request is made. */
export function MailStep({ onBack, onNext }: { onBack: () => void; onNext: (secret?: string) => void }) {
  const t = useTranslations("setup");
  const trpc = useTRPC();
  const client = useTRPCClient();
  const [busy, setBusy] = useState(false);
  const state = useQuery(trpc.admin.setup.state.queryOptions());
  const { found } = usePart("mail");
  const goOn = async () => {
    setBusy(true);
    // Without a key the last page still says what is left to do; it can be made there.
    const made = state.data?.served ? await client.admin.setup.firstKey.mutate().catch(() => undefined) : undefined;
    onNext(made?.secret);
  };
  return (
    <SetupPart title={t("mail.title")} lead={t("mail.lead")} foot={<><Button variant="ghost" size="lg" onClick={onBack}>{t("back")}</Button><Button variant="primary" size="lg" busy={busy} onClick={() => void goOn()}>{found?.off === false ? t("next") : t("later")}</Button></>}>
      <PartState part="mail">
        {(off) => (off ? <div className="border-t p-4"><CopyField label={t("mail.variable")} value="SMTP_URL=smtps://user:password@mail.example.com:465" hint={t("mail.hint")} /></div> : <div className="border-t p-4"><LinkButton href="/admin/settings/mail" prefetch={false}>{t("mail.settings")}</LinkButton></div>)}
      </PartState>
    </SetupPart>
  );
}
