"use client";
import { Dialog as Base } from "@base-ui/react/dialog";
import { X } from "lucide-react";
import { useTranslations } from "next-intl";
import { useRef, type ReactNode } from "react";
import { buttonClass } from "#ui/kit/button.tsx";
import { cn } from "#ui/kit/cn.ts";
import { useMedia } from "#ui/kit/use-media.client.ts";

type Props = {
  open: boolean;
  onOpenChange: (open: boolean) => void;
  title: ReactNode;
  children: ReactNode;
  footer?: ReactNode;
  /** Beside the title: a copy button, a link to the full page. */
  actions?: ReactNode;
  /** `lg` is for editors. */
  size?: "md" | "lg";
};

/** One row beside its table, which stays usable; on small screens it covers the page. */
export function Drawer({ open, onOpenChange, title, children, footer, actions, size = "md" }: Props) {
  const t = useTranslations("kit");
  const beside = useMedia("(min-width: 1024px)");
  const popup = useRef<HTMLDivElement>(null);
  return (
    <Base.Root open={open} onOpenChange={onOpenChange} modal={!beside} disablePointerDismissal={beside}>
      <Base.Portal>
        {beside ? null : <Base.Backdrop className="veil" />}
        <Base.Popup ref={popup} initialFocus={popup} className={cn("drawer", size === "lg" && "drawer-lg", !beside && "z-40")}>
          <div className="flex h-14 flex-none items-center gap-2 border-b pr-3 pl-5 max-md:pl-4">
            <Base.Title className="min-w-0 flex-1 truncate font-semibold">{title}</Base.Title>
            {actions}
            <Base.Close className={buttonClass("ghost", "md", "btn-icon")} aria-label={t("close")}>
              <X size={16} strokeWidth={1.75} aria-hidden="true" />
            </Base.Close>
          </div>
          <div className="min-h-0 flex-1 overflow-y-auto p-5 max-md:p-4">{children}</div>
          {footer ? <div className="flex min-h-14 flex-none flex-wrap items-center justify-end gap-2 border-t px-5 py-2 max-md:px-4">{footer}</div> : null}
        </Base.Popup>
      </Base.Portal>
    </Base.Root>
  );
}
