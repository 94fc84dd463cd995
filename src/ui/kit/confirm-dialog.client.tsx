"use client";
import { AlertDialog as Base } from "@base-ui/react/alert-dialog";
import { useTranslations } from "next-intl";
import { useRef, useState, type FormEvent, type ReactNode } from "react";
import { Button } from "#ui/kit/button.tsx";
import { Callout } from "#ui/kit/callout.tsx";
import { TextArea, TextField } from "#ui/kit/text-field.client.tsx";

/** A reason that an auditor can use has at least this many letters. */
export const REASON_MIN = 8;

type Props = {
  open: boolean;
  onOpenChange: (open: boolean) => void;
  /** Names the act and the object. */
  title: ReactNode;
  /** What it will do, in the shop's own numbers. */
  description: ReactNode;
  confirmLabel: string;
  danger?: boolean;
  /** Text to type before the button works. */
  typed?: string;
  /** Ask for a reason, which `onConfirm` gets. */
  reason?: boolean;
  children?: ReactNode;
  /** Throws when it did not work; the dialog then stays and says so. */
  onConfirm: (reason?: string) => Promise<void>;
};

/** Before something that is not taken back by one click. Nothing is asked twice, and Cancel has the focus. */
export function ConfirmDialog(props: Props) {
  const { open, onOpenChange } = props;
  const [busy, setBusy] = useState(false);
  const cancel = useRef<HTMLButtonElement>(null);
  const asks = props.typed !== undefined || props.reason === true;
  return (
    <Base.Root open={open} onOpenChange={(next) => busy || onOpenChange(next)}>
      <Base.Portal>
        <Base.Backdrop className="veil" />
        <Base.Popup className="dialog" {...(asks ? {} : { initialFocus: cancel })}>
          <Base.Title className="px-5 pt-4 text-16 font-semibold">{props.title}</Base.Title>
          <Base.Description className="mt-1 px-5 text-fg-2" render={<div />}>{props.description}</Base.Description>
          <Question {...props} busy={busy} setBusy={setBusy} cancel={cancel} />
        </Base.Popup>
      </Base.Portal>
    </Base.Root>
  );
}

type QuestionProps = Props & { busy: boolean; setBusy: (busy: boolean) => void; cancel: React.RefObject<HTMLButtonElement | null> };

/** Its own component, so that what was typed is gone when the dialog opens again. */
function Question({ typed, reason: asksReason, danger = false, confirmLabel, onConfirm, onOpenChange, children, busy, setBusy, cancel }: QuestionProps) {
  const t = useTranslations("kit");
  const [text, setText] = useState("");
  const [reason, setReason] = useState("");
  const [failed, setFailed] = useState<string>();
  const ready = (typed === undefined || text.trim() === typed) && (!asksReason || reason.trim().length >= REASON_MIN);

  const submit = async (event: FormEvent) => {
    event.preventDefault();
    if (!ready || busy) return;
    setBusy(true);
    setFailed(undefined);
    try {
      await onConfirm(asksReason ? reason.trim() : undefined);
      onOpenChange(false);
    } catch (error) {
      // What the server says is not in the reader's language.
      setFailed(error instanceof Error && error.message !== "" && !("shape" in error) ? error.message : t("confirm.failed"));
    } finally {
      setBusy(false);
    }
  };

  return (
    <form className="contents" onSubmit={(event) => void submit(event)}>
      <div className="flex min-h-0 flex-col gap-4 overflow-y-auto px-5 py-4 empty:pt-0">
        {children}
        {typed === undefined ? null : <TextField label={t("confirm.type", { text: typed })} value={text} onChange={(event) => setText(event.target.value)} autoComplete="off" spellCheck={false} />}
        {asksReason ? <TextArea label={t("confirm.reason")} hint={t("confirm.reasonHint", { min: REASON_MIN })} rows={2} value={reason} onChange={(event) => setReason(event.target.value)} /> : null}
        {failed ? <Callout tone="bad">{failed}</Callout> : null}
      </div>
      <div className="flex flex-wrap justify-end gap-2 border-t px-5 py-3 max-md:[&>.btn]:flex-1">
        <Base.Close ref={cancel} render={<Button variant="secondary" />}>{t("cancel")}</Base.Close>
        <Button type="submit" variant={danger ? "danger" : "primary"} busy={busy} disabled={!ready}>{confirmLabel}</Button>
      </div>
    </form>
  );
}
