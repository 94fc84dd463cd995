import { NextRequest, NextResponse } from "next/server";
import createIntlMiddleware from "next-intl/middleware";
import { isDevelopment } from "#config/mode.ts";
import { isLocale, routing } from "#ui/i18n/routing.ts";

/** One for each default language: which of them holds is a setting, told by the web process with each request. */
const intl = Object.fromEntries(routing.locales.map((defaultLocale) => [defaultLocale, createIntlMiddleware({ ...routing, defaultLocale })]));

/** Pages whose address carries the language; without it they redirect. */
const STOREFRONT = /^\/(?:(?:en|zh|models|pricing|docs|status|legal)(?:\/.*)?)?$/;

/** A public page in Markdown: its address and `.md`, where Next runs alone; else the web process has led there already. */
const TWIN = /^\/(en|zh)\/((?:docs|models|legal)(?:\/.+)?)\.md$/;
const MADE_TWIN = /^\/(?:en|zh)\/markdown\//;

/**
 * Language of storefront addresses, and the content security policy with a nonce per answer.
 * No right is decided here: a page or procedure that needs one asks for it itself.
 */
export function proxy(request: NextRequest): NextResponse {
  const nonce = Buffer.from(crypto.getRandomValues(new Uint8Array(16))).toString("base64");
  const policy = contentSecurityPolicy(nonce);
  const headers = new Headers(request.headers);
  // Next reads the nonce for its own scripts from the request's policy.
  headers.set("content-security-policy", policy);
  headers.set("x-nonce", nonce);
  // Layouts do not know their address; one that sends to the sign-in page has to name it.
  headers.set("x-mm-path", headers.get("x-mm-missing") ?? request.nextUrl.pathname + request.nextUrl.search);
  const locale = headers.get("x-mm-locale") ?? undefined;
  const twin = TWIN.exec(request.nextUrl.pathname);
  if (twin) {
    const to = request.nextUrl.clone();
    to.pathname = `/${twin[1]}/markdown/${twin[2]}`;
    return secured(NextResponse.rewrite(to, { request: { headers } }), policy);
  }
  // The twins themselves stand for pages; what search engines are told of languages belongs to those.
  if (MADE_TWIN.test(request.nextUrl.pathname)) return secured(NextResponse.next({ request: { headers } }), policy);
  const response = STOREFRONT.test(request.nextUrl.pathname)
    ? intl[isLocale(locale) ? locale : routing.defaultLocale]!(new NextRequest(request, { headers }))
    : NextResponse.next({ request: { headers } });
  return secured(response, policy);
}

function secured(response: NextResponse, policy: string): NextResponse {
  response.headers.set("content-security-policy", policy);
  for (const [name, value] of SECURITY_HEADERS) response.headers.set(name, value);
  return response;
}

export const config = {
  // Addresses that answer no HTML: the relay's, APIs, Next's own files, files by their ending. The endings are named,
  // because models are called gpt-4.1 and deepseek-v3.2.
  matcher: ["/((?!v1/|v1alpha/|v1beta/|v2/|dashboard/billing/|anthropic/|claude/|openai/|gemini/|mj/|mj-|suno/|kling/|api/|_next/|.*\\.(?:svg|png|jpg|ico|txt|xml|json|js|css|map|woff2|webmanifest)$).*)"],
};

// In development, hot reload compiles with eval and connects by websocket.
const contentSecurityPolicy = (nonce: string): string =>
  [
    "default-src 'self'",
    `script-src 'self' 'nonce-${nonce}' 'strict-dynamic'${isDevelopment ? " 'unsafe-eval'" : ""}`,
    `style-src 'self' ${isDevelopment ? "'unsafe-inline'" : `'nonce-${nonce}'`}`,
    "img-src 'self' data: blob:",
    "font-src 'self'",
    `connect-src 'self'${isDevelopment ? " ws: wss:" : ""}`,
    "frame-src 'none'",
    "frame-ancestors 'none'",
    "object-src 'none'",
    "base-uri 'none'",
    "form-action 'self'",
  ].join("; ");

const SECURITY_HEADERS: readonly (readonly [string, string])[] = [
  ["x-content-type-options", "nosniff"],
  ["referrer-policy", "strict-origin-when-cross-origin"],
  ["permissions-policy", "camera=(), geolocation=(), microphone=(), payment=(), usb=(), publickey-credentials-get=(self), publickey-credentials-create=(self)"],
  ["cross-origin-opener-policy", "same-origin"],
  ["cross-origin-resource-policy", "same-origin"],
];
