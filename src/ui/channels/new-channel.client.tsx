"use client";
import { useQuery } from "@tanstack/react-query";
import { useTranslations } from "next-intl";
import { useRouter } from "next/navigation";
import { parseAsString, parseAsStringLiteral, useQueryStates } from "nuqs";
import { useState } from "react";
import { Button } from "#ui/kit/button.tsx";
import { Card } from "#ui/kit/card.tsx";
import { cn } from "#ui/kit/cn.ts";
import { ErrorState, SkeletonText } from "#ui/kit/states.tsx";
import { PageHeader } from "#ui/layout/page-header.tsx";
import { ConnectForm } from "#ui/channels/connect-form.client.tsx";
import { KeysSection } from "#ui/channels/keys-section.client.tsx";
import { ModelsSection } from "#ui/channels/models-section.client.tsx";
import { SettingsForm } from "#ui/channels/settings-form.client.tsx";
import { TestSection } from "#ui/channels/test-steps.client.tsx";
import { TemplateGallery } from "#ui/channels/template-gallery.client.tsx";
import { useAct } from "#ui/channels/use-act.client.ts";
import type { Channel } from "#ui/channels/wire.ts";
import { useTRPC, useTRPCClient } from "#ui/trpc/client.client.tsx";

const STEPS = ["template", "connect", "test", "models", "sell"] as const;
type Step = (typeof STEPS)[number];

/** From a vendor's template to a channel that sells: five steps, each with its address, each saved when it is left. */
export function NewChannel() {
  const t = useTranslations("channels.wizard");
  const trpc = useTRPC();
  const [{ step, provider, id }, go] = useQueryStates({ step: parseAsStringLiteral(STEPS).withDefault("template"), provider: parseAsString, id: parseAsString }, { history: "push" });
  const templates = useQuery(trpc.admin.channels.providers.queryOptions(undefined, { staleTime: Infinity }));
  const channel = useQuery(trpc.admin.channels.get.queryOptions({ id: id ?? "" }, { enabled: id !== null }));
  const template = templates.data?.find((entry) => entry.id === provider);
  const current: Step = id === null ? (step === "template" || !provider ? "template" : "connect") : step === "template" || step === "connect" ? "test" : step;
  const shown: Step = current === "test" && channel.data?.provider === "simulator" ? "models" : current;
  return (
    <>
      <PageHeader title={t("title")} back={{ href: "/admin/channels", label: t("back") }} />
      <ol className="mb-6 flex flex-wrap gap-x-6 gap-y-2 max-sm:gap-x-2" aria-label={t("steps")}>
        {STEPS.map((name, index) => (
          <li key={name} className={cn("flex items-center gap-2 max-sm:gap-1", name === shown ? "font-medium" : "text-fg-3")} aria-current={name === shown ? "step" : undefined}>
            <span className={cn("nums grid size-5 flex-none place-items-center rounded-full text-12", name === shown ? "bg-accent text-white" : "bg-muted")}>{index + 1}</span>{t(`step.${name}`)}
          </li>
        ))}
      </ol>
      {templates.isError || channel.isError ? <ErrorState onRetry={() => void templates.refetch()} /> : null}
      {current === "template" ? <TemplateGallery templates={templates.data} onPick={(picked) => void go({ provider: picked, step: "connect" })} /> : null}
      {current === "connect" && template ? <ConnectForm key={template.id} template={template} onMade={(made) => void go({ id: made, step: "test" })} onBack={() => void go({ provider: null, step: "template" })} /> : null}
      {current === "connect" && !templates.data && !templates.isError ? <SkeletonText lines={6} /> : null}
      {id !== null && !channel.data && !channel.isError ? <SkeletonText lines={6} /> : null}
      {channel.data ? <LaterSteps channel={channel.data} step={shown} go={(next) => void go({ step: next })} /> : null}
    </>
  );
}

function LaterSteps({ channel, step, go }: { channel: Channel; step: Step; go: (step: Step) => void }) {
  const t = useTranslations("channels.wizard");
  const client = useTRPCClient();
  const router = useRouter();
  const { act } = useAct();
  const [failed, setFailed] = useState(false);
  const finish = async (save: () => Promise<boolean>, on: boolean) => {
    if (!(await save())) return;
    if (on && !(await act(() => client.admin.channels.setEnabled.mutate({ id: channel.id, enabled: true }), t("live", { name: channel.name })))) return;
    router.push(`/admin/channels?open=${channel.id}`);
  };
  if (step === "test") {
    return (
      <Card className="max-w-3xl" title={t("step.test")} note={t("testNote")}>
        <TestSection channel={channel} auto onDone={(ok) => setFailed(!ok)} />
        {failed || channel.lastTest?.ok === false ? (
          <div className="mt-5 flex flex-col gap-6 border-t pt-5">
            <p className="text-fg-2">{t("failedText")}</p>
            <SettingsForm channel={channel} readOnly={false} parts={["connect"]} />
            <KeysSection channel={channel} readOnly={false} />
          </div>
        ) : null}
        <div className="mt-5 flex flex-wrap gap-2"><Button variant={channel.lastTest?.ok ? "primary" : "secondary"} onClick={() => go("models")}>{t("next")}</Button></div>
      </Card>
    );
  }
  if (step === "models") {
    return (
      <Card className="max-w-3xl" title={t("step.models")} note={t("modelsNote")}>
        <ModelsSection channel={channel} readOnly={false} auto />
        <div className="mt-5 flex flex-wrap gap-2">
          <Button variant={channel.models.length > 0 ? "primary" : "secondary"} onClick={() => go("sell")}>{t("next")}</Button>
          <Button onClick={() => go("test")}>{t("previous")}</Button>
        </div>
      </Card>
    );
  }
  return (
    <Card className="max-w-3xl" title={t("step.sell")} note={t("sellNote")}>
      {channel.models.length > 0 ? <div className="mb-6"><TestSection channel={channel} onDone={(ok) => setFailed(!ok)} /></div> : null}
      <SettingsForm channel={channel} readOnly={false} parts={["sell", "limits"]} footer={(save, busy) => (
        <div className="flex flex-wrap gap-2">
          <Button variant="primary" busy={busy} onClick={() => void finish(save, true)}>{t("switchOn")}</Button>
          <Button onClick={() => void finish(save, false)}>{t("leaveOff")}</Button>
          <Button variant="ghost" onClick={() => go("models")}>{t("previous")}</Button>
        </div>
      )} />
    </Card>
  );
}
