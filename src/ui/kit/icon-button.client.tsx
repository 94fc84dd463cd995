"use client";
import { buttonClass, type ButtonProps } from "#ui/kit/button.tsx";
import { cn } from "#ui/kit/cn.ts";
import { Tooltip } from "#ui/kit/tooltip.client.tsx";

/** A button that is only an icon: its label is read aloud and shown on hover and focus. */
export function IconButton({ label, variant = "ghost", size, busy = false, className, children, type = "button", ...rest }: ButtonProps & { label: string }) {
  return (
    <Tooltip text={label}>
      <button type={type} aria-label={label} aria-busy={busy || undefined} disabled={busy} className={buttonClass(variant, size, cn("btn-icon", className))} {...rest}>
        {busy ? <span className="spinner" /> : children}
      </button>
    </Tooltip>
  );
}
