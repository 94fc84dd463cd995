"use client";
import { Toast as Base } from "@base-ui/react/toast";
import { CircleAlert, CircleCheck, X } from "lucide-react";
import { useTranslations } from "next-intl";
import { useEffect, useMemo, type ReactNode } from "react";
import { buttonClass } from "#ui/kit/button.tsx";

const SUCCESS_MS = 4_000;
const UNDO_MS = 8_000;
/** Errors stay until they are read. */
const STAYS = 0;
const AT_MOST = 3;

export type Toasts = Readonly<{
  success: (text: string, detail?: string) => void;
  error: (text: string, detail?: string) => void;
  /** Done already, and one click (or Z) takes it back. */
  undo: (text: string, onUndo: () => void) => void;
}>;

/** Short notes at the edge of the screen; F6 reaches them. */
export function ToastProvider({ children }: { children: ReactNode }) {
  const t = useTranslations("kit");
  return (
    <Base.Provider timeout={SUCCESS_MS} limit={AT_MOST}>
      {children}
      <Base.Portal>
        <Base.Viewport className="toasts" aria-label={t("notifications")}>
          <ToastList />
        </Base.Viewport>
      </Base.Portal>
    </Base.Provider>
  );
}

export function useToast(): Toasts {
  const t = useTranslations("kit");
  const { add, close } = Base.useToastManager();
  return useMemo(() => ({
    success: (text, detail) => { add({ title: text, description: detail, type: "ok", timeout: SUCCESS_MS }); },
    error: (text, detail) => { add({ title: text, description: detail, type: "bad", timeout: STAYS, priority: "high" }); },
    undo: (text, onUndo) => {
      const id: string = add({
        title: text,
        type: "undo",
        timeout: UNDO_MS,
        actionProps: { children: t("undo"), onClick: () => { close(id); onUndo(); } },
      });
    },
  }), [add, close, t]);
}

function ToastList() {
  const t = useTranslations("kit");
  const { toasts } = Base.useToastManager();
  useUndoKey();
  return toasts.map((toast) => (
    <Base.Root key={toast.id} toast={toast} className="toast" swipeDirection={["right", "down"]}>
      {toast.type === "bad"
        ? <CircleAlert className="mt-0.5 text-bad" size={16} strokeWidth={1.75} aria-hidden="true" />
        : <CircleCheck className="mt-0.5 text-ok" size={16} strokeWidth={1.75} aria-hidden="true" />}
      <Base.Content className="min-w-0 flex-1">
        <Base.Title className="font-medium" render={<p />} />
        <Base.Description className="text-13 text-fg-2" />
      </Base.Content>
      <Base.Action className="link flex-none" data-undo={toast.type === "undo" ? "" : undefined} />
      <Base.Close className={buttonClass("ghost", "sm", "btn-icon -my-1 -mr-2")} aria-label={t("close")}>
        <X size={14} strokeWidth={1.75} aria-hidden="true" />
      </Base.Close>
    </Base.Root>
  ));
}

/** Z takes back the newest act that can be taken back, unless someone is typing. */
function useUndoKey(): void {
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      if (event.key.toLowerCase() !== "z" || event.metaKey || event.ctrlKey || event.altKey) return;
      if (event.target instanceof Element && event.target.closest("input, textarea, select, [contenteditable]")) return;
      document.querySelector<HTMLButtonElement>("[data-undo]")?.click();
    };
    addEventListener("keydown", onKey);
    return () => removeEventListener("keydown", onKey);
  }, []);
}
