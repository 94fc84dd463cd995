"use client";
import { Dialog as Base } from "@base-ui/react/dialog";
import { Ellipsis, Menu, X } from "lucide-react";
import Link from "next/link";
import { usePathname } from "next/navigation";
import { useTranslations } from "next-intl";
import { useState, type ReactNode } from "react";
import { buttonClass } from "#ui/kit/button.tsx";
import { AdminNav, ConsoleNav } from "#ui/layout/nav-list.client.tsx";
import { NavIcon } from "#ui/layout/nav-icon.tsx";
import { CONSOLE_BAR, CONSOLE_NAV, isCurrent, type AdminGroup } from "#ui/layout/navigation.ts";

type SheetProps = { open: boolean; onOpenChange: (open: boolean) => void; title: string; children: ReactNode };

/** All addresses, from the left edge. */
function NavSheet({ open, onOpenChange, title, children }: SheetProps) {
  const t = useTranslations("kit");
  return (
    <Base.Root open={open} onOpenChange={onOpenChange}>
      <Base.Portal>
        <Base.Backdrop className="veil" />
        <Base.Popup className="drawer drawer-left">
          <div className="flex h-14 flex-none items-center gap-2 border-b pr-2 pl-4">
            <Base.Title className="min-w-0 flex-1 truncate font-semibold">{title}</Base.Title>
            <Base.Close className={buttonClass("ghost", "md", "btn-icon")} aria-label={t("close")}><X size={16} strokeWidth={1.75} aria-hidden="true" /></Base.Close>
          </div>
          <div className="min-h-0 flex-1 overflow-y-auto p-3">{children}</div>
        </Base.Popup>
      </Base.Portal>
    </Base.Root>
  );
}

/** The bar under the thumb; "More" opens the rest. */
export function ConsoleBottomBar({ shopName }: { shopName: string }) {
  const t = useTranslations("nav");
  const path = usePathname();
  const [open, setOpen] = useState(false);
  const close = () => setOpen(false);
  return (
    <>
      <nav className="bottom-bar md:hidden" aria-label={t("menu")}>
        {CONSOLE_NAV.filter(({ key }) => (CONSOLE_BAR as readonly string[]).includes(key)).map(({ key, href }) => (
          <Link key={key} href={href} aria-current={isCurrent(href, path) ? "page" : undefined}>
            <NavIcon name={key} size={20} />
            <span className="max-w-full truncate">{t(`console.${key}`)}</span>
          </Link>
        ))}
        <button type="button" aria-haspopup="dialog" aria-expanded={open} onClick={() => setOpen(true)}>
          <Ellipsis size={20} strokeWidth={1.75} aria-hidden="true" />
          {t("more")}
        </button>
      </nav>
      <NavSheet open={open} onOpenChange={setOpen} title={shopName}><ConsoleNav onLeave={close} /></NavSheet>
    </>
  );
}

/** The back office has more addresses than a bar can hold: one button at the top. */
export function AdminMenuButton({ shopName, groups }: { shopName: string; groups: readonly AdminGroup[] }) {
  const t = useTranslations("nav");
  const [open, setOpen] = useState(false);
  return (
    <>
      <button type="button" className={buttonClass("ghost", "md", "btn-icon -ml-2 md:hidden")} aria-label={t("menu")} aria-haspopup="dialog" aria-expanded={open} onClick={() => setOpen(true)}>
        <Menu size={20} strokeWidth={1.75} aria-hidden="true" />
      </button>
      <NavSheet open={open} onOpenChange={setOpen} title={shopName}><AdminNav groups={groups} onLeave={() => setOpen(false)} /></NavSheet>
    </>
  );
}
