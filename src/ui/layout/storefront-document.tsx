import { cookies } from "next/headers";
import type { ReactNode } from "react";
import { styleAddress, type ShopBrand } from "#ui/theme/brand.ts";
import "#ui/theme/globals.css";

type Props = { locale: string; skip: string; children: ReactNode; brand?: ShopBrand };

/**
 * The outermost element of public pages. Unlike the desks' it brings no providers to the browser: nothing here needs
 * messages, toasts or dialogs there, and a visitor should not load them.
 */
export async function StorefrontDocument({ locale, skip, children, brand }: Props) {
  const theme = (await cookies()).get("mm-theme")?.value;
  const look = brand && styleAddress(brand);
  return (
    <html lang={locale} data-theme={theme === "dark" || theme === "light" ? theme : undefined}>
      {look === undefined ? null : <head><link rel="stylesheet" href={look} /></head>}
      <body>
        <a href="#main" className="btn btn-primary skip-link">{skip}</a>
        {children}
      </body>
    </html>
  );
}
