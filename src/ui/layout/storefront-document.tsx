import { cookies, headers } from "next/headers";
import type { ReactNode } from "react";
import { styleAddress, type ShopBrand } from "#ui/theme/brand.ts";
import "#ui/theme/globals.css";

type Props = { locale: string; skip: string; children: ReactNode; brand?: ShopBrand };

/**
 * The outermost element of public pages. They are documents: no component of theirs runs in the browser, so the web
 * process sends them without the framework, and what little they do there is one small file.
 */
export async function StorefrontDocument({ locale, skip, children, brand }: Props) {
  const theme = (await cookies()).get("mm-theme")?.value;
  const nonce = (await headers()).get("x-nonce") ?? undefined;
  const look = brand && styleAddress(brand);
  return (
    <html lang={locale} data-theme={theme === "dark" || theme === "light" ? theme : undefined}>
      {look === undefined ? null : <head><link rel="stylesheet" href={look} /></head>}
      <body className="flex min-h-dvh flex-col">
        <a href="#main" className="btn btn-primary skip-link">{skip}</a>
        {children}
        <script src="/storefront.js" nonce={nonce} defer suppressHydrationWarning />
      </body>
    </html>
  );
}
