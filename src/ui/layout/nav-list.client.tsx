"use client";
import Link from "next/link";
import { usePathname } from "next/navigation";
import { useTranslations } from "next-intl";
import { cn } from "#ui/kit/cn.ts";
import { NavIcon } from "#ui/layout/nav-icon.tsx";
import { CONSOLE_NAV, isCurrent, type AdminGroup } from "#ui/layout/navigation.ts";

/** The console's addresses; the last, settings, stands apart. */
export function ConsoleNav({ onLeave }: { onLeave?: () => void }) {
  const t = useTranslations("nav.console");
  const path = usePathname();
  return (
    <nav className="flex flex-col gap-0.5" aria-label={t("label")}>
      {CONSOLE_NAV.map(({ key, href }) => (
        <Link key={key} href={href} onClick={onLeave} aria-current={isCurrent(href, path) ? "page" : undefined} className={cn("nav-item", key === "settings" && "mt-3")}>
          <NavIcon name={key} />
          {t(key)}
        </Link>
      ))}
    </nav>
  );
}

/** The back office's addresses in their groups. */
export function AdminNav({ groups, onLeave }: { groups: readonly AdminGroup[]; onLeave?: () => void }) {
  const t = useTranslations("nav.admin");
  const path = usePathname();
  return (
    <nav className="flex flex-1 flex-col gap-4" aria-label={t("label")}>
      {groups.map(({ group, entries }) => (
        <div key={entries[0]?.key} className={entries[0]?.key === "settings" ? "mt-auto" : undefined}>
          {group ? <p className="px-2 pb-1 text-12 text-fg-3">{t(group)}</p> : null}
          <div className="flex flex-col gap-px">
            {entries.map(({ key, href }) => (
              <Link key={key} href={href} onClick={onLeave} aria-current={isCurrent(href, path) ? "page" : undefined} className="nav-item h-7! text-13">
                <NavIcon name={key} />
                {t(key)}
              </Link>
            ))}
          </div>
        </div>
      ))}
    </nav>
  );
}
