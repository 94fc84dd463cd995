"use client";
import { useQuery } from "@tanstack/react-query";
import { ArrowUp, Square } from "lucide-react";
import { useTranslations } from "next-intl";
import { useEffect, useId, useRef, type KeyboardEvent } from "react";
import { Button, LinkButton } from "#ui/kit/button.tsx";
import { useTRPC } from "#ui/trpc/client.client.tsx";

type Props = {
  prompt: string;
  onPrompt: (prompt: string) => void;
  running: boolean;
  /** How many models are asked at once. */
  count: number;
  onSend: (prompt: string) => void;
  onStop: () => void;
};

/** What is asked next. While an answer runs its button stops it; without credit it leads to some. */
export function Composer({ prompt, onPrompt, running, count, onSend, onStop }: Props) {
  const t = useTranslations("playground");
  const trpc = useTRPC();
  const { data: wallet } = useQuery(trpc.console.wallet.balance.queryOptions());
  const id = useId();
  const area = useRef<HTMLTextAreaElement>(null);
  const empty = wallet !== undefined && wallet.balanceNano - wallet.heldNano <= 0n;
  // An example lands here to be looked at before it is sent: then the hand should be here too.
  useEffect(() => {
    if (prompt !== "" && document.activeElement?.closest("[data-examples]")) area.current?.focus();
  }, [prompt]);
  const send = () => {
    if (prompt.trim() === "" || running || empty) return;
    onSend(prompt);
    onPrompt("");
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key !== "Enter" || !(event.metaKey || event.ctrlKey)) return;
    event.preventDefault();
    send();
  };
  return (
    <form
      className="play-composer border-t p-3"
      onSubmit={(event) => {
        event.preventDefault();
        send();
      }}
    >
      <div className="field field-area flex-col gap-2! has-[textarea:focus-visible]:outline-2 has-[textarea:focus-visible]:outline-accent">
        <label htmlFor={id} className="sr-only">{t("prompt")}</label>
        <textarea
          ref={area} id={id} rows={2} value={prompt} placeholder={count > 1 ? t("promptBoth") : t("promptOne")} className="play-prompt w-full bg-transparent outline-none"
          onChange={(event) => onPrompt(event.target.value)} onKeyDown={onKeyDown}
        />
        <div className="flex flex-wrap items-center gap-2">
          <p className="hint min-w-0 flex-1">{empty ? t("noCredit") : <span className="max-sm:hidden">{t("sendHint")}</span>}</p>
          {running
            ? <Button onClick={onStop}><Square className="fill-current" size={12} strokeWidth={1.75} aria-hidden="true" />{t("stop")}</Button>
            : empty
              ? <LinkButton variant="primary" href="/console/wallet">{t("topUp")}</LinkButton>
              : <Button type="submit" variant="primary" disabled={prompt.trim() === ""}>{t("send")}<ArrowUp size={16} strokeWidth={1.75} aria-hidden="true" /></Button>}
        </div>
      </div>
    </form>
  );
}
