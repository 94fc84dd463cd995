"use client";
import { CornerDownLeft, X } from "lucide-react";
import { useTranslations } from "next-intl";
import { useEffect, useRef } from "react";
import { formatContext, formatPerMillion } from "#ui/format/index.ts";
import { cn } from "#ui/kit/cn.ts";
import { ComboboxField } from "#ui/kit/fields.client.tsx";
import { IconButton } from "#ui/kit/icon-button.client.tsx";
import { VendorMark } from "#ui/kit/vendor-mark.tsx";
import type { Column, Turn } from "#ui/playground/conversation.ts";
import type { PlayModel } from "#ui/playground/playground.client.tsx";
import { TurnView, type TurnActs } from "#ui/playground/turn-view.client.tsx";

type Props = {
  column: Column;
  models: readonly PlayModel[];
  /** What a name that stands in no list would be. */
  below: (name: string) => PlayModel | undefined;
  onModel: (model: string) => void;
  /** Undefined while an answer runs. */
  actsOf: ((at: number) => TurnActs) | undefined;
  onExample: (text: string) => void;
  /** The other of two is in front where there is room for one. */
  hidden: boolean;
  onClose?: () => void;
};

/** One model's side of the conversation. */
export function PlaygroundColumn({ column, models, below, onModel, actsOf, onExample, hidden, onClose }: Props) {
  const t = useTranslations("playground");
  const { turns, model } = column;
  const facts = models.find(({ slug }) => slug === model);
  const log = useFollowed(turns);
  const optionOf = (one: PlayModel) =>
    ({ value: one.slug, label: one.slug, hint: pricesOf(one, t("in"), t("out")).join(" · "), icon: <VendorMark name={one.vendorName ?? one.slug} size={20} /> });
  const typed = (name: string) => {
    const found = below(name);
    return found && optionOf(found);
  };
  return (
    <section className={cn("flex min-h-0 min-w-0 flex-col", hidden && "max-lg:hidden")} aria-label={model}>
      <div className="flex flex-none flex-wrap items-center gap-x-3 gap-y-1 border-b px-3 py-2">
        <ComboboxField
          label={<span className="sr-only">{t("model")}</span>} className="min-w-0 flex-1 basis-48 [&_label]:mb-0!" value={model} onChange={(next) => next && onModel(next)}
          options={models.map(optionOf)} typed={typed}
        />
        {onClose ? <IconButton label={t("closeColumn", { model })} onClick={onClose}><X size={16} strokeWidth={1.75} aria-hidden="true" /></IconButton> : null}
        {facts ? <p className="nums basis-full text-12 text-fg-3">{[...pricesOf(facts, t("in"), t("out")), facts.contextTokens === null ? "" : t("context", { size: formatContext(facts.contextTokens) })].filter(Boolean).join(" · ")}</p> : null}
      </div>
      <div ref={log} className="flex min-h-0 min-w-0 flex-1 flex-col gap-5 overflow-y-auto p-4" role="log" aria-live="off" aria-label={t("conversationWith", { model })} tabIndex={0}>
        {turns.length === 0 ? <Start onExample={onExample} /> : null}
        {turns.map((turn, at) => <TurnView key={`${at} ${turn.role}`} turn={turn} acts={actsOf?.(at)} />)}
      </div>
      <p className="sr-only" role="status">{announcement(turns.at(-1), t("answered"))}</p>
    </section>
  );
}

/** "$0.15 in", "$0.60 out", a million tokens each. */
function pricesOf({ prices }: PlayModel, input: string, output: string): string[] {
  return ([["input", input], ["output", output]] as const).flatMap(([item, word]) => (prices[item] ? [`$${formatPerMillion(prices[item].own)} ${word}`] : []));
}

/** The end of what is being written stays in sight, unless the reader has scrolled up to read. */
function useFollowed(turns: readonly Turn[]) {
  const ref = useRef<HTMLDivElement>(null);
  const count = useRef(turns.length);
  useEffect(() => {
    const box = ref.current;
    if (!box) return;
    const asked = turns.length > count.current;
    count.current = turns.length;
    const NEAR_PX = 120;
    if (asked || box.scrollHeight - box.scrollTop - box.clientHeight < NEAR_PX) box.scrollTop = box.scrollHeight;
  }, [turns]);
  return ref;
}

const EXAMPLES = ["explain", "code", "translate", "extract"] as const;

/** Nothing said yet: something to ask that shows what a model can do, put into the field and not sent. */
function Start({ onExample }: { onExample: (text: string) => void }) {
  const t = useTranslations("playground");
  return (
    <div className="my-auto w-full max-w-[560px] self-center py-4" data-examples="">
      <p className="text-16 font-semibold">{t("startTitle")}</p>
      <p className="mt-1 text-fg-2">{t("start")}</p>
      <ul className="mt-4 flex flex-col">
        {EXAMPLES.map((name) => (
          <li key={name} className="border-t last:border-b">
            <button type="button" className="group flex min-h-11 w-full items-center gap-3 px-1 py-2 text-left hover:bg-muted" onClick={() => onExample(t(`examples.${name}.text`))}>
              <span className="min-w-0 flex-1"><span className="font-medium">{t(`examples.${name}.title`)}</span><span className="block text-13 text-fg-3">{t(`examples.${name}.text`)}</span></span>
              <CornerDownLeft className="text-fg-3 group-hover:text-fg" size={14} strokeWidth={1.75} aria-hidden="true" />
            </button>
          </li>
        ))}
      </ul>
    </div>
  );
}

/** Said once, at the end: not each token. */
const announcement = (turn: Turn | undefined, done: string): string => (turn?.role === "assistant" && turn.state === "done" ? `${done} ${turn.text.slice(0, 300)}` : "");
