"use client";
import { Dialog as Base } from "@base-ui/react/dialog";
import { X } from "lucide-react";
import { useTranslations } from "next-intl";
import type { ReactNode } from "react";
import { buttonClass } from "#ui/kit/button.tsx";
import { cn } from "#ui/kit/cn.ts";

export { ConfirmDialog } from "#ui/kit/confirm-dialog.client.tsx";

type Props = {
  open: boolean;
  onOpenChange: (open: boolean) => void;
  title: ReactNode;
  description?: ReactNode;
  children?: ReactNode;
  footer?: ReactNode;
  /** `lg` is 600 px, the widest a dialog gets. */
  size?: "md" | "lg";
  /** False while something is on screen that is shown only once: then only the footer closes it. */
  dismissible?: boolean;
};

/** One question or one short form over the page; on a phone a sheet from below. */
export function Dialog({ open, onOpenChange, title, description, children, footer, size = "md", dismissible = true }: Props) {
  const t = useTranslations("kit");
  const change = (next: boolean, { reason }: { reason: string }) => {
    if (!dismissible && !next && (reason === "escape-key" || reason === "outside-press")) return;
    onOpenChange(next);
  };
  return (
    <Base.Root open={open} onOpenChange={change} disablePointerDismissal={!dismissible}>
      <Base.Portal>
        <Base.Backdrop className="veil" />
        <Base.Popup className={cn("dialog", size === "lg" && "dialog-lg")}>
          <div className={cn("px-5 pt-4 pb-3", dismissible && "pr-14")}>
            <Base.Title className="text-16 font-semibold">{title}</Base.Title>
            {description ? <Base.Description className="mt-1 text-fg-2">{description}</Base.Description> : null}
          </div>
          {children ? <div className="min-h-0 flex-1 overflow-y-auto px-5 pt-1 pb-5">{children}</div> : null}
          {footer ? <div className="flex flex-wrap justify-end gap-2 border-t px-5 py-3 max-md:[&>.btn]:flex-1">{footer}</div> : null}
          {/* Last, so that the first field has the focus when the dialog opens. */}
          {dismissible ? (
            <Base.Close className={buttonClass("ghost", "md", "btn-icon absolute top-3 right-3")} aria-label={t("close")}>
              <X size={16} strokeWidth={1.75} aria-hidden="true" />
            </Base.Close>
          ) : null}
        </Base.Popup>
      </Base.Portal>
    </Base.Root>
  );
}
