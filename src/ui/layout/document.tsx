import { NextIntlClientProvider } from "next-intl";
import { getMessages } from "next-intl/server";
import { cookies, headers } from "next/headers";
import type { ReactNode } from "react";
import { messagesFor, type MessageScope } from "#ui/i18n/client-messages.ts";
import { UiProvider } from "#ui/layout/ui-provider.client.tsx";
import { styleAddress, type ShopBrand } from "#ui/theme/brand.ts";
import "#ui/theme/globals.css";

type Props = { locale: string; skip: string; children: ReactNode; messages?: MessageScope; brand?: ShopBrand };

/** The outermost element of every page: language, chosen theme, the shop's colour, way past the navigation. */
export async function Document({ locale, skip, children, messages = "kit", brand }: Props) {
  const theme = (await cookies()).get("mm-theme")?.value;
  const nonce = (await headers()).get("x-nonce") ?? undefined;
  const look = brand && styleAddress(brand);
  return (
    <html lang={locale} data-theme={theme === "dark" || theme === "light" ? theme : undefined}>
      {look === undefined ? null : <head><link rel="stylesheet" href={look} /></head>}
      <body>
        <a href="#main" className="btn btn-primary skip-link">{skip}</a>
        <NextIntlClientProvider messages={messagesFor(messages, await getMessages())}>
          <UiProvider nonce={nonce}>{children}</UiProvider>
        </NextIntlClientProvider>
      </body>
    </html>
  );
}
