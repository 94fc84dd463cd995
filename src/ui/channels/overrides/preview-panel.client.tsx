"use client";
import { useTranslations } from "next-intl";
import { useState } from "react";
import { samples, type SampleDialect } from "#ui/channels/overrides/samples.ts";
import { useAct } from "#ui/channels/use-act.client.ts";
import type { Channel } from "#ui/channels/wire.ts";
import { Badge } from "#ui/kit/badge.tsx";
import { Button } from "#ui/kit/button.tsx";
import { Callout } from "#ui/kit/callout.tsx";
import { DefinitionList } from "#ui/kit/definition-list.tsx";
import { DiffView, diffValues } from "#ui/kit/diff-view.tsx";
import { SelectField, TextArea } from "#ui/kit/fields.client.tsx";
import { JsonView } from "#ui/kit/json-view.client.tsx";
import { isWildcard } from "#ui/models/wildcard.ts";
import { useTRPCClient } from "#ui/trpc/client.client.tsx";

const DIALECTS = ["openai-chat", "openai-responses", "anthropic", "gemini"] as const satisfies readonly SampleDialect[];

type Shown = Awaited<ReturnType<ReturnType<typeof useTRPCClient>["admin"]["channels"]["preview"]["mutate"]>>;

/** What the vendor would be sent for a request, were the settings on the screen the channel's: nothing is sent. */
export function PreviewPanel({ channel, settings, onProblems }: { channel: Channel; settings: object; onProblems: (paths: readonly string[]) => void }) {
  const t = useTranslations("channels.overrides.preview");
  const client = useTRPCClient();
  const { act } = useAct();
  const names = channel.models.map(({ publicName }) => publicName).filter((name) => !isWildcard(name));
  const [dialect, setDialect] = useState<SampleDialect>("openai-chat");
  const [picked, setPicked] = useState<string>();
  const [typed, setTyped] = useState<string>();
  const [shown, setShown] = useState<Shown>();
  const [busy, setBusy] = useState(false);
  const model = picked ?? names[0] ?? "model";
  const body = typed ?? samples(model)[dialect];
  const look = async (): Promise<void> => {
    setBusy(true);
    const result = await act(() => client.admin.channels.preview.mutate({ id: channel.id, settings, model, dialect, body }));
    setBusy(false);
    if (result?.kind === "invalid") onProblems(result.problems);
    setShown(result);
  };
  return (
    <div className="flex flex-col gap-4">
      <p className="hint max-w-[88ch]">{t("hint")}</p>
      <div className="grid gap-3 sm:grid-cols-2">
        <SelectField label={t("dialect")} value={dialect} onChange={(next) => { setDialect(next); setTyped(undefined); }} options={DIALECTS.map((value) => ({ value, label: t(`dialects.${value}`) }))} />
        {names.length > 0 ? <SelectField label={t("model")} value={model} onChange={setPicked} options={names.map((value) => ({ value, label: value }))} /> : null}
      </div>
      <TextArea label={t("body")} mono rows={10} spellCheck={false} value={body} onChange={(event) => setTyped(event.target.value)} />
      <div><Button busy={busy} onClick={() => void look()}>{t("look")}</Button></div>
      <div role="status" aria-live="polite">{shown ? <Outcome shown={shown} /> : null}</div>
    </div>
  );
}

function Outcome({ shown }: { shown: Shown }) {
  const t = useTranslations("channels.overrides.preview");
  if (shown.kind === "invalid") return <Callout tone="bad" title={t("invalid")} />;
  if (shown.kind === "refused") return <Callout tone="warn" title={t("refused", { code: shown.code })}>{shown.message}</Callout>;
  const { changes, same } = diffValues(JSON.parse(shown.before), JSON.parse(shown.after));
  const codes = [...shown.warnings.map((code) => ({ code, tone: "warn" as const })), ...shown.changes.map((code) => ({ code, tone: "info" as const }))];
  return (
    <div className="flex min-w-0 flex-col gap-4">
      <p className="text-14">{t("sentAs", { protocol: shown.protocol, stream: shown.stream ? "yes" : "no" })}</p>
      {codes.length > 0 ? <p className="flex flex-wrap gap-1.5">{codes.map(({ code, tone }) => <Badge key={`${tone} ${code}`} tone={tone}>{code}</Badge>)}</p> : null}
      <DiffView changes={changes} same={same} />
      <JsonView value={JSON.parse(shown.after)} label={t("after")} />
      <DefinitionList items={Object.entries(shown.headers).map(([name, value]) => ({ key: name, label: <code className="text-13">{name}</code>, value: <code className="text-13 break-all">{value}</code> }))} />
    </div>
  );
}
