"use client";
import { useQuery } from "@tanstack/react-query";
import { Columns2, SlidersHorizontal, SquareTerminal, Trash2 } from "lucide-react";
import { useTranslations } from "next-intl";
import { useSearchParams } from "next/navigation";
import { useState } from "react";
import { Button } from "#ui/kit/button.tsx";
import { cn } from "#ui/kit/cn.ts";
import { Drawer } from "#ui/kit/drawer.client.tsx";
import { SegmentedControl } from "#ui/kit/fields.client.tsx";
import { EmptyState, ErrorState, SkeletonText } from "#ui/kit/states.tsx";
import { useToast } from "#ui/kit/toast.client.tsx";
import { PageHeader } from "#ui/layout/page-header.tsx";
import { callableWith, rowBelow } from "#ui/models/wildcard.ts";
import { Composer } from "#ui/playground/composer.client.tsx";
import { NO_PARAMETERS, type Column, type Parameters } from "#ui/playground/conversation.ts";
import { PlaygroundColumn } from "#ui/playground/playground-column.client.tsx";
import { PlaygroundPanel } from "#ui/playground/playground-panel.client.tsx";
import type { TurnActs } from "#ui/playground/turn-view.client.tsx";
import { useChat } from "#ui/playground/use-chat.client.ts";
import type { ConsoleOutputs } from "#ui/trpc/outputs.ts";
import { useTRPC } from "#ui/trpc/client.client.tsx";

export type PlayModel = ConsoleOutputs["models"]["list"][number];

/** Talking to models from the page: one, or two side by side, each reply with what it cost. */
export function Playground({ base }: { base: string }) {
  const t = useTranslations("playground");
  const trpc = useTRPC();
  const query = useQuery(trpc.console.models.list.queryOptions());
  const asked = useSearchParams();
  const rows = query.data?.filter(({ endpoints }) => endpoints.length === 0 || endpoints.includes("chat"));
  const models = rows && callableWith(rows, [asked.get("model"), asked.get("with")]);
  const known = (slug: string | null): string | undefined => models?.find((model) => model.slug === slug)?.slug;
  const first = known(asked.get("model")) ?? models?.[0]?.slug;
  if (first !== undefined && rows) return <Ready base={base} rows={rows} first={first} second={known(asked.get("with"))} />;
  return (
    <>
      <PageHeader title={t("title")} />
      {models ? <EmptyState icon={<SquareTerminal size={20} strokeWidth={1.75} aria-hidden="true" />} title={t("noModels")} text={t("noModelsText")} /> : query.isError ? <ErrorState onRetry={() => void query.refetch()} /> : <SkeletonText lines={6} />}
    </>
  );
}

/** The models stand in the address, so that a pair can be sent to a colleague; nothing is fetched anew for it. */
function keepInAddress(first: string | undefined, second: string | undefined): void {
  const url = new URL(location.href);
  for (const [name, slug] of [["model", first], ["with", second]] as const) {
    if (slug === undefined) url.searchParams.delete(name);
    else url.searchParams.set(name, slug);
  }
  history.replaceState(null, "", url);
}

function Ready({ base, rows, first, second }: { base: string; /** Wildcards among them. */ rows: readonly PlayModel[]; first: string; second: string | undefined }) {
  const t = useTranslations("playground");
  const chat = useChat(first, second);
  const [parameters, setParameters] = useState<Parameters>(NO_PARAMETERS);
  const [prompt, setPrompt] = useState("");
  const [panel, setPanel] = useState(false);
  const toast = useToast();
  const [shown, setShown] = useState("a");
  const [a, b] = chat.columns;
  const models = callableWith(rows, chat.columns.map(({ model }) => model));
  const two = b !== undefined;
  const front = chat.columns.some(({ id }) => id === shown) ? shown : a?.id;
  const compare = () => {
    const other = models.find(({ slug }) => slug !== a?.model)?.slug ?? first;
    chat.compare(other);
    keepInAddress(a?.model, other);
  };
  const setModel = (id: string, model: string) => {
    chat.setModel(id, model);
    keepInAddress(id === a?.id ? model : a?.model, id === b?.id ? model : b?.model);
  };
  const close = (id: string) => {
    chat.close(id);
    keepInAddress(id === a?.id ? b?.model : a?.model, undefined);
  };
  // What is lost by an act comes back by one click.
  const undoable = (text: string, act: () => void) => {
    const before = chat.columns;
    act();
    toast.undo(text, () => chat.restore(before));
  };
  const actsOf = (column: Column, at: number): TurnActs => {
    const rerun = (act: () => void, kept: number) => (column.turns.length > kept ? undoable(t("dropped", { count: column.turns.length - kept }), act) : act());
    return {
      onEdit: (text) => rerun(() => chat.edit(column.id, at, text, parameters), at + 2),
      onAgain: () => rerun(() => chat.again(column.id, at, parameters), at + 1),
      onDelete: () => undoable(t("deleted"), () => chat.remove(column.id, at)),
    };
  };
  const side = <PlaygroundPanel base={base} columns={chat.columns} parameters={parameters} onChange={setParameters} />;
  return (
    <>
      <PageHeader
        title={t("title")} description={<span className="max-sm:hidden">{t("note")}</span>}
        actions={
          <>
            <Button className="xl:hidden" onClick={() => setPanel(true)} aria-haspopup="dialog"><SlidersHorizontal size={16} strokeWidth={1.75} aria-hidden="true" /><span className="max-sm:sr-only">{t("panel")}</span></Button>
            {two ? null : <Button onClick={compare}><Columns2 size={16} strokeWidth={1.75} aria-hidden="true" />{t("compare")}</Button>}
            <Button onClick={chat.clear} disabled={chat.running || chat.columns.every(({ turns }) => turns.length === 0)}><Trash2 size={16} strokeWidth={1.75} aria-hidden="true" /><span className="max-sm:sr-only">{t("clear")}</span></Button>
          </>
        }
      />
      <div className="grid gap-4 xl:grid-cols-[minmax(0,1fr)_344px]">
        <section className="card play-box flex min-w-0 flex-col" aria-label={t("conversation")}>
          {two ? (
            <div className="border-b p-2 lg:hidden">
              <SegmentedControl className="w-full [&>label]:min-w-0 [&>label]:flex-1 [&>label]:justify-center" label={t("shown")} value={front} onChange={setShown} options={chat.columns.map(({ id, model }) => ({ value: id, label: <span className="truncate">{model}</span> }))} />
            </div>
          ) : null}
          <div className={cn("grid min-h-0 flex-1", two && "lg:grid-cols-2 lg:divide-x")}>
            {chat.columns.map((column) => (
              <PlaygroundColumn
                key={column.id} column={column} models={models} below={(name) => rowBelow(rows, name)} onModel={(model) => setModel(column.id, model)} actsOf={chat.running ? undefined : (at) => actsOf(column, at)} onExample={setPrompt}
                hidden={two && column.id !== front} {...(two && { onClose: () => close(column.id) })}
              />
            ))}
          </div>
          <Composer prompt={prompt} onPrompt={setPrompt} running={chat.running} count={chat.columns.length} onSend={(text) => chat.send(text, parameters)} onStop={chat.stop} />
        </section>
        <aside className="min-w-0 max-xl:hidden" aria-label={t("panel")}>{side}</aside>
      </div>
      <Drawer open={panel} onOpenChange={setPanel} title={t("panel")}>{side}</Drawer>
    </>
  );
}
