"use client";
import { usePathname, useSearchParams } from "next/navigation";
import type { ReactNode } from "react";

type Link = Readonly<{ href: string; text: string }>;

/** The links of the top bar; the one that the visitor is in is marked. */
export function NavLinks({ links, className }: { links: readonly Link[]; className: string }) {
  const path = usePathname();
  return links.map(({ href, text }) => {
    const current = path === href || path.startsWith(`${href}/`);
    return <a key={href} href={href} className={`${className} ${current ? "text-fg" : "text-fg-2"}`} aria-current={current ? "page" : undefined}>{text}</a>;
  });
}

/** The same page, filters included, in another language. */
export function LanguageLink({ to, className, children }: { to: string; className: string; children: ReactNode }) {
  const path = usePathname();
  const query = useSearchParams().toString();
  const target = path.replace(/^\/[a-z]{2}(?=\/|$)/, `/${to}`);
  return <a href={query === "" ? target : `${target}?${query}`} hrefLang={to} lang={to} className={className}>{children}</a>;
}
