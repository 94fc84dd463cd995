"use client";
import { Menu as Base } from "@base-ui/react/menu";
import { Ellipsis } from "lucide-react";
import Link from "next/link";
import { Fragment, type ReactElement, type ReactNode } from "react";
import { buttonClass } from "#ui/kit/button.tsx";

export type MenuItem = Readonly<{
  label: string;
  onSelect?: () => void;
  href?: string;
  danger?: boolean;
  disabled?: boolean;
  icon?: ReactNode;
  /** At the right end: a key, a count. */
  hint?: ReactNode;
  /** A hairline above it. */
  apart?: boolean;
}>;

type Props = { label: string; items: readonly MenuItem[]; trigger?: ReactElement; align?: "start" | "end"; size?: "sm" | "md" };

/** Actions behind one button; by default the three dots at the end of a row. */
export function Menu({ label, items, trigger, align = "end", size = "sm" }: Props) {
  const dots = (
    <button type="button" aria-label={label} className={buttonClass("ghost", size, "btn-icon")}>
      <Ellipsis size={16} strokeWidth={1.75} aria-hidden="true" />
    </button>
  );
  return (
    <Base.Root modal={false}>
      <Base.Trigger render={trigger ?? dots} />
      <Base.Portal>
        <Base.Positioner align={align} sideOffset={4} collisionPadding={8} className="z-40">
          <Base.Popup className="pop pop-list" aria-label={label}>
            {items.map((item) => (
              <Fragment key={item.label}>
                {item.apart ? <Base.Separator className="hr mx-2 my-1" /> : null}
                <Entry item={item} />
              </Fragment>
            ))}
          </Base.Popup>
        </Base.Positioner>
      </Base.Portal>
    </Base.Root>
  );
}

function Entry({ item: { label, onSelect, href, danger, disabled, icon, hint } }: { item: MenuItem }) {
  const inside = (
    <>
      {icon}
      <span className="min-w-0 flex-1 truncate">{label}</span>
      {hint ? <span className="text-13 text-fg-3">{hint}</span> : null}
    </>
  );
  const shared = { className: "pop-item", ...(danger ? { "data-danger": "" } : {}), ...(onSelect ? { onClick: onSelect } : {}) };
  if (href !== undefined) return <Base.LinkItem closeOnClick render={<Link href={href} />} {...shared}>{inside}</Base.LinkItem>;
  return <Base.Item disabled={disabled ?? false} {...shared}>{inside}</Base.Item>;
}
