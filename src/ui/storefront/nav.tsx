import type { ReactNode } from "react";

type Link = Readonly<{ href: string; text: string }>;

/** The links of the top bar; the one that the visitor is in is marked. */
export function NavLinks({ links, path, className }: { links: readonly Link[]; path: string; className: string }) {
  const [page = ""] = path.split("?");
  return links.map(({ href, text }) => {
    const current = page === href || page.startsWith(`${href}/`);
    return <a key={href} href={href} className={`${className} ${current ? "text-fg" : "text-fg-2"}`} aria-current={current ? "page" : undefined}>{text}</a>;
  });
}

/** The same page, filters included, in another language. */
export function LanguageLink({ to, path, className, children }: { to: string; path: string; className: string; children: ReactNode }) {
  return <a href={path.replace(/^\/[a-z]{2}(?=[/?]|$)/, `/${to}`)} hrefLang={to} lang={to} className={className}>{children}</a>;
}
