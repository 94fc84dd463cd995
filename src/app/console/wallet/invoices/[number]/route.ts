import { getLocale, getTranslations } from "next-intl/server";
import { permissionsOfRole } from "#accounts/index.ts";
import { currentUser } from "#app/session.ts";
import { shop } from "#app/shop.ts";
import { findInvoice } from "#payments/index.ts";
import { invoicePage } from "#ui/orders/invoice-page.ts";

export const dynamic = "force-dynamic";

/** A receipt as a page of its own, to be printed; its owner's, or for staff who may see orders. Others are told that there is none. */
export async function GET(request: Request, { params }: Readonly<{ params: Promise<{ number: string }> }>): Promise<Response> {
  const user = await currentUser();
  const { pathname } = new URL(request.url);
  if (!user) return new Response(null, { status: 303, headers: { location: `/sign-in?next=${encodeURIComponent(pathname)}` } });
  const [{ pool }, { number }] = await Promise.all([shop(), params]);
  const found = await findInvoice(pool, number);
  const [locale, t] = await Promise.all([getLocale(), getTranslations("wallet.document")]);
  if (!found || (found.userId !== user.id && !permissionsOfRole(user.role).has("orders:read"))) return new Response(t("missing"), { status: 404, headers: { "content-type": "text/plain; charset=utf-8" } });
  const html = invoicePage(found.document, { locale, nonce: request.headers.get("x-nonce") ?? "", t: (key, values) => t(key, values) });
  return new Response(html, { headers: { "content-type": "text/html; charset=utf-8", "cache-control": "private, no-store" } });
}
