"use client";
import { useQuery } from "@tanstack/react-query";
import { ExternalLink } from "lucide-react";
import { useTranslations } from "next-intl";
import { useRouter } from "next/navigation";
import { parseAsString, parseAsStringLiteral, useQueryStates } from "nuqs";
import { useState } from "react";
import { Badge } from "#ui/kit/badge.tsx";
import { Button } from "#ui/kit/button.tsx";
import { Callout } from "#ui/kit/callout.tsx";
import { Card } from "#ui/kit/card.tsx";
import { cn } from "#ui/kit/cn.ts";
import { TextField } from "#ui/kit/fields.client.tsx";
import { useLeaveGuard } from "#ui/kit/form.client.tsx";
import { ErrorState, NoMatch, SkeletonText } from "#ui/kit/states.tsx";
import { VendorMark } from "#ui/kit/vendor-mark.tsx";
import { PageHeader } from "#ui/layout/page-header.tsx";
import { ModelsSection } from "#ui/channels/models-section.client.tsx";
import { PasteBox } from "#ui/channels/paste-box.client.tsx";
import { SettingsForm } from "#ui/channels/settings-form.client.tsx";
import { TestSection } from "#ui/channels/test-steps.client.tsx";
import { useAct } from "#ui/channels/use-act.client.ts";
import { hostOf, type Channel, type ProviderTemplate } from "#ui/channels/wire.ts";
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
      <ol className="mb-6 flex flex-wrap gap-x-6 gap-y-2" aria-label={t("steps")}>
        {STEPS.map((name, index) => (
          <li key={name} className={cn("flex items-center gap-2", name === shown ? "font-medium" : "text-fg-3")} aria-current={name === shown ? "step" : undefined}>
            <span className={cn("nums grid size-5 place-items-center rounded-full text-12", name === shown ? "bg-accent text-white" : "bg-muted")}>{index + 1}</span>{t(`step.${name}`)}
          </li>
        ))}
      </ol>
      {templates.isError || channel.isError ? <ErrorState onRetry={() => void templates.refetch()} /> : null}
      {current === "template" ? <Gallery templates={templates.data} onPick={(picked) => void go({ provider: picked, step: "connect" })} /> : null}
      {current === "connect" && template ? <ConnectStep key={template.id} template={template} onMade={(made) => void go({ id: made, step: "test" })} onBack={() => void go({ provider: null, step: "template" })} /> : null}
      {id !== null && !channel.data && !channel.isError ? <SkeletonText lines={6} /> : null}
      {channel.data ? <LaterSteps channel={channel.data} step={shown} go={(next) => void go({ step: next })} /> : null}
    </>
  );
}

/** The most general first, what is only for trying things out last. */
const rank = ({ id }: ProviderTemplate): number => ({ "openai-compatible": 0, openai: 1, gemini: 2, openrouter: 3, simulator: 9 })[id] ?? 5;

function Gallery({ templates, onPick }: { templates: readonly ProviderTemplate[] | undefined; onPick: (id: string) => void }) {
  const t = useTranslations("channels.wizard");
  const [search, setSearch] = useState("");
  const shown = templates?.filter(({ id, name }) => `${id} ${name}`.toLowerCase().includes(search.trim().toLowerCase())).toSorted((a, b) => rank(a) - rank(b) || a.name.localeCompare(b.name, "en"));
  return (
    <>
      <TextField className="mb-4 max-w-80" label={t("search")} hideLabel placeholder={t("search")} value={search} onChange={(event) => setSearch(event.target.value)} autoFocus />
      {!shown ? <SkeletonText lines={6} /> : shown.length === 0 ? <NoMatch onClear={() => setSearch("")} /> : (
        <ul className="grid gap-3 sm:grid-cols-2 lg:grid-cols-3 xl:grid-cols-4">
          {shown.map((template) => (
            <li key={template.id}>
              <button type="button" className="card flex h-full w-full items-center gap-3 p-3 text-left hover:bg-muted" onClick={() => onPick(template.id)}>
                <VendorMark name={template.name} />
                <span className="min-w-0 flex-1">
                  <span className="block truncate font-medium">{template.name}</span>
                  <span className="block truncate text-13 text-fg-3">{template.id === "simulator" ? t("simulator") : template.baseUrl ? hostOf(template.baseUrl) : t("ownAddress")}</span>
                </span>
                {template.unconfirmed ? <Badge>{t("unconfirmed")}</Badge> : null}
              </button>
            </li>
          ))}
        </ul>
      )}
    </>
  );
}

function ConnectStep({ template, onMade, onBack }: { template: ProviderTemplate; onMade: (id: string) => void; onBack: () => void }) {
  const t = useTranslations("channels.wizard");
  const trpc = useTRPC();
  const client = useTRPCClient();
  const { act, dialog } = useAct();
  const [name, setName] = useState(template.id);
  const [baseUrl, setBaseUrl] = useState("");
  const [keys, setKeys] = useState("");
  const [busy, setBusy] = useState(false);
  useLeaveGuard(keys.trim() !== "" || baseUrl.trim() !== "");
  const groups = useQuery(trpc.admin.groups.list.queryOptions());
  const address = useQuery(trpc.admin.channels.address.queryOptions({ provider: template.id, baseUrl: baseUrl.trim() }, { staleTime: 60_000 }));
  const needsUrl = template.baseUrl === null;
  const urlBad = baseUrl.trim() === "" ? false : address.data?.url === null;
  const ready = name.trim() !== "" && !urlBad && (!needsUrl || baseUrl.trim() !== "") && (template.keyless || keys.trim() !== "");
  const make = async () => {
    setBusy(true);
    const everyone = (groups.data ?? []).filter((group) => group.name === "default").map(({ id }) => id);
    const made = await act(() => client.admin.channels.create.mutate({
      name: name.trim(), provider: template.id, keys, baseUrl: baseUrl.trim() === "" ? null : baseUrl.trim(), groupIds: everyone, ...(template.id === "simulator" && { costPpm: 0 }),
    }), t("made", { name: name.trim() }));
    setBusy(false);
    if (made) onMade(made.id);
  };
  return (
    <Card className="max-w-3xl" title={<span className="flex items-center gap-2.5"><VendorMark name={template.name} />{template.name}</span>}
      action={template.docs ? <a className="link inline-flex items-center gap-1.5 text-13" href={template.docs} target="_blank" rel="noreferrer">{t("docs")}<ExternalLink size={14} strokeWidth={1.75} aria-hidden="true" /></a> : undefined}>
      <div className="flex flex-col gap-5">
        {template.unconfirmed ? <Callout tone="warn">{t("unconfirmedText")}</Callout> : null}
        <div className="grid gap-4 sm:grid-cols-2">
          <TextField label={t("name")} value={name} maxLength={100} onChange={(event) => setName(event.target.value)} hint={t("nameHint")} />
          {template.id === "simulator" ? null : (
            <TextField label={t("baseUrl")} mono value={baseUrl} maxLength={2_000} optional={!needsUrl} placeholder={template.baseUrl ?? "https://gateway.example/v1"} onChange={(event) => setBaseUrl(event.target.value)}
              error={urlBad ? t("baseUrlBad") : undefined} hint={address.data?.url && (baseUrl.trim() !== "" || !needsUrl) ? t("goesTo", { url: address.data.url }) : t("baseUrlHint")} className="min-w-0 [&_.hint]:break-all" />
          )}
        </div>
        {template.keyless && template.id === "simulator" ? <p className="text-fg-2">{t("simulatorText")}</p> : <PasteBox label={template.keyless ? t("keysOptional") : t("keys")} value={keys} onChange={setKeys} />}
        <div className="flex flex-wrap gap-2">
          <Button variant="primary" busy={busy} disabled={!ready} onClick={() => void make()}>{t("make")}</Button>
          <Button onClick={onBack}>{t("previous")}</Button>
        </div>
        {dialog}
      </div>
    </Card>
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
        {failed ? <p className="mt-4 text-fg-2">{t("failedText")}</p> : null}
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
