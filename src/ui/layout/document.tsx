import { cookies } from "next/headers";
import type { ReactNode } from "react";
import "#ui/theme/globals.css";

/** The outermost element of every page: language, chosen theme, way past the navigation. */
export async function Document({ locale, skip, children }: { locale: string; skip: string; children: ReactNode }) {
  const theme = (await cookies()).get("mm-theme")?.value;
  return (
    <html lang={locale} data-theme={theme === "dark" || theme === "light" ? theme : undefined}>
      <body>
        <a href="#main" className="btn btn-primary skip-link">{skip}</a>
        {children}
      </body>
    </html>
  );
}
