import { brandCss, logoCss } from "#ui/theme/brand.ts";

/** The operator's colour and logo as a style sheet. All that it says stands in its address, so browsers may keep it for good. */
export function GET(request: Request): Response {
  const asked = new URL(request.url).searchParams;
  const color = asked.get("color") ?? "";
  const css = `${/^[0-9a-f]{6}$/.test(color) ? brandCss(`#${color}`) ?? "" : ""}${logoCss(asked.get("logo") ?? "")}`;
  return new Response(css, {
    headers: {
      "content-type": "text/css; charset=utf-8", "cache-control": "public, max-age=31536000, immutable", "x-content-type-options": "nosniff", "cross-origin-resource-policy": "same-origin",
    },
  });
}
