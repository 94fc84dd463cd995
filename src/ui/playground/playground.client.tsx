"use client";
import { useQuery } from "@tanstack/react-query";
import { ChevronRight, Columns2, Square, Trash2 } from "lucide-react";
import { useTranslations } from "next-intl";
import { useSearchParams } from "next/navigation";
import { useState, type KeyboardEvent } from "react";
import { Button, LinkButton } from "#ui/kit/button.tsx";
import { Card } from "#ui/kit/card.tsx";
import { cn } from "#ui/kit/cn.ts";
import { NumberField, TextArea, TextField } from "#ui/kit/fields.client.tsx";
import { SnippetTabs } from "#ui/kit/snippet-tabs.client.tsx";
import { EmptyState, ErrorState, SkeletonText } from "#ui/kit/states.tsx";
import { PageHeader } from "#ui/layout/page-header.tsx";
import { paint } from "#ui/connect/paint.ts";
import { NO_PARAMETERS, requestBody, requestCode, type Column, type Parameters } from "#ui/playground/conversation.ts";
import { PlaygroundColumn } from "#ui/playground/playground-column.client.tsx";
import { useChat } from "#ui/playground/use-chat.client.ts";
import { useTRPC } from "#ui/trpc/client.client.tsx";

/** Talking to models from the page: one, or two side by side, each reply with what it cost. */
export function Playground({ base }: { base: string }) {
  const t = useTranslations("playground");
  const trpc = useTRPC();
  const query = useQuery(trpc.console.models.list.queryOptions());
  const asked = useSearchParams().get("model");
  const models = query.data?.filter(({ endpoints }) => endpoints.length === 0 || endpoints.includes("chat")).map(({ slug }) => slug);
  const first = models?.find((slug) => slug === asked) ?? models?.[0];
  if (first !== undefined && models) return <Ready base={base} models={models} first={first} />;
  return (
    <>
      <PageHeader title={t("title")} />
      {models ? <EmptyState title={t("noModels")} text={t("noModelsText")} /> : query.isError ? <ErrorState onRetry={() => void query.refetch()} /> : <SkeletonText lines={6} />}
    </>
  );
}

function Ready({ base, models, first }: { base: string; models: readonly string[]; first: string }) {
  const t = useTranslations("playground");
  const chat = useChat(first, undefined);
  const [parameters, setParameters] = useState<Parameters>(NO_PARAMETERS);
  const two = chat.columns.length > 1;
  return (
    <>
      <PageHeader
        title={t("title")}
        actions={
          <>
            {two ? null : <Button onClick={() => chat.compare(models.find((slug) => slug !== chat.columns[0]?.model) ?? first)}><Columns2 size={16} strokeWidth={1.75} aria-hidden="true" />{t("compare")}</Button>}
            <Button onClick={chat.clear} disabled={chat.running || chat.columns.every(({ turns }) => turns.length === 0)}><Trash2 size={16} strokeWidth={1.75} aria-hidden="true" />{t("clear")}</Button>
          </>
        }
      />
      <div className="grid gap-4 xl:grid-cols-[minmax(0,1fr)_288px]">
        <div className="flex min-w-0 flex-col gap-4">
          <div className={cn("grid gap-4", two && "lg:grid-cols-2")}>
            {chat.columns.map((column) => (
              <PlaygroundColumn
                key={column.id} column={column} models={models} onModel={(model) => chat.setModel(column.id, model)} onAgain={() => chat.again(column.id, parameters)}
                {...(two && { onClose: () => chat.close(column.id) })}
              />
            ))}
          </div>
          <Composer running={chat.running} onSend={(prompt) => chat.send(prompt, parameters)} onStop={chat.stop} />
          <Code base={base} column={chat.columns[0]} parameters={parameters} />
        </div>
        <Settings parameters={parameters} onChange={setParameters} />
      </div>
    </>
  );
}

function Composer({ running, onSend, onStop }: { running: boolean; onSend: (prompt: string) => void; onStop: () => void }) {
  const t = useTranslations("playground");
  const trpc = useTRPC();
  const { data: wallet } = useQuery(trpc.console.wallet.balance.queryOptions());
  const [prompt, setPrompt] = useState("");
  const empty = wallet !== undefined && wallet.balanceNano - wallet.heldNano <= 0n;
  const send = () => {
    if (prompt.trim() === "" || running || empty) return;
    onSend(prompt);
    setPrompt("");
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key !== "Enter" || !(event.metaKey || event.ctrlKey)) return;
    event.preventDefault();
    send();
  };
  return (
    <Card>
      <form className="flex flex-col gap-3" onSubmit={(event) => {
        event.preventDefault();
        send();
      }}>
        <TextArea label={t("prompt")} rows={3} value={prompt} onChange={(event) => setPrompt(event.target.value)} onKeyDown={onKeyDown} />
        <div className="flex flex-wrap items-center gap-3">
          <p className="hint min-w-0 flex-1">{empty ? t("noCredit") : t("sendHint")}</p>
          {running
            ? <Button onClick={onStop}><Square size={14} strokeWidth={1.75} aria-hidden="true" />{t("stop")}</Button>
            : empty ? <LinkButton variant="primary" href="/console/wallet">{t("topUp")}</LinkButton> : <Button type="submit" variant="primary" disabled={prompt.trim() === ""}>{t("send")}</Button>}
        </div>
      </form>
    </Card>
  );
}

const DECIMAL = /^(?:\d+(?:\.\d*)?|\.\d+)?$/;

function Settings({ parameters, onChange }: { parameters: Parameters; onChange: (parameters: Parameters) => void }) {
  const t = useTranslations("playground");
  const set = (part: Partial<Parameters>): void => onChange({ ...parameters, ...part });
  return (
    <aside className="min-w-0 xl:order-last" aria-label={t("parameters")}>
      <Card title={t("parameters")} as="div">
        <div className="flex flex-col gap-4">
          <TextArea label={t("system")} optional rows={3} value={parameters.system} onChange={(event) => set({ system: event.target.value })} />
          <DecimalField label={t("temperature")} max={2} value={parameters.temperature} onChange={(temperature) => set({ temperature })} />
          <DecimalField label={t("topP")} max={1} value={parameters.topP} onChange={(topP) => set({ topP })} />
          <NumberField label={t("maxTokens")} optional min={1} max={1_000_000} value={parameters.maxTokens} onChange={(maxTokens) => set({ maxTokens })} />
        </div>
      </Card>
    </aside>
  );
}

function DecimalField({ label, max, value, onChange }: { label: string; max: number; value: number | undefined; onChange: (value: number | undefined) => void }) {
  const t = useTranslations("playground");
  const [text, setText] = useState(value === undefined ? "" : String(value));
  const number = text === "" ? undefined : Number(text);
  const bad = !DECIMAL.test(text) || (number !== undefined && number > max);
  return (
    <TextField
      label={label} optional inputMode="decimal" value={text} error={bad ? t("between", { max }) : undefined}
      onChange={(event) => {
        const next = event.target.value.trim();
        setText(next);
        onChange(next !== "" && DECIMAL.test(next) && Number(next) <= max ? Number(next) : undefined);
      }}
    />
  );
}

/** Exactly this request, to run elsewhere. */
function Code({ base, column, parameters }: { base: string; column: Column | undefined; parameters: Parameters }) {
  const t = useTranslations("playground");
  if (!column) return null;
  const turns = column.turns.filter(({ role }) => role === "user").length > 0 ? column.turns : [{ role: "user" as const, text: t("example") }];
  const last = turns.findLastIndex(({ role }) => role === "user");
  const body = requestBody(column.model, turns.slice(0, last + 1), parameters);
  return (
    <details className="min-w-0">
      <summary className="cursor-pointer py-1 font-medium text-fg-2 hover:text-fg flex items-center gap-1.5"><ChevronRight className="text-fg-3 [details[open]>summary>&]:rotate-90" size={16} strokeWidth={1.75} aria-hidden="true" />{t("code")}</summary>
      <div className="mt-2">
        <SnippetTabs label={t("code")} snippets={requestCode(base, body).map(({ name, code }) => ({ name, parts: paint(code) }))} />
      </div>
    </details>
  );
}
