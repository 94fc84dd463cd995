import Link from "next/link";
import type { ComponentPropsWithRef, MouseEvent, ReactNode } from "react";
import { cn } from "#ui/kit/cn.ts";

export type ButtonVariant = "primary" | "secondary" | "ghost" | "danger";
/** `lg` is for the storefront, signing in and paying. */
export type ButtonSize = "sm" | "md" | "lg";

const VARIANTS: Readonly<Record<ButtonVariant, string>> = { primary: "btn-primary", secondary: "btn-secondary", ghost: "btn-ghost", danger: "btn-danger" };
const SIZES: Readonly<Record<ButtonSize, string>> = { sm: "btn-sm", md: "", lg: "btn-lg" };

export const buttonClass = (variant: ButtonVariant = "secondary", size: ButtonSize = "md", extra?: string): string =>
  cn("btn", VARIANTS[variant], SIZES[size], extra);

export type ButtonProps = ComponentPropsWithRef<"button"> & { variant?: ButtonVariant; size?: ButtonSize; busy?: boolean };

/** While busy it keeps its width and its focus, and does nothing on further clicks. */
export function Button({ variant, size, busy = false, className, children, onClick, type = "button", ...rest }: ButtonProps) {
  const guarded = (event: MouseEvent<HTMLButtonElement>) => (busy ? event.preventDefault() : onClick?.(event));
  const press = busy || onClick ? { onClick: guarded } : {};
  return (
    <button type={type} className={buttonClass(variant, size, cn(busy && "relative cursor-default", className))} aria-busy={busy || undefined} aria-disabled={busy || undefined} {...press} {...rest}>
      {busy ? (
        <>
          <span className="inline-flex items-center gap-1.5 opacity-0">{children}</span>
          <span className="absolute inset-0 grid place-items-center"><span className="spinner" /></span>
        </>
      ) : children}
    </button>
  );
}

type LinkButtonProps = ComponentPropsWithRef<typeof Link> & { variant?: ButtonVariant; size?: ButtonSize; children: ReactNode };

/** Looks like a button, is a link. */
export function LinkButton({ variant, size, className, children, ...rest }: LinkButtonProps) {
  return <Link className={buttonClass(variant, size, className)} {...rest}>{children}</Link>;
}
