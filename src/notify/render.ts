import type { Letter, MailLocale, Shop } from "#notify/templates.ts";

export type Rendered = Readonly<{ subject: string; text: string; html: string }>;

/** A letter as text and as simple HTML; every value is escaped, and nothing is loaded from anywhere. */
export function renderLetter(letter: Letter, shop: Shop, locale: MailLocale): Rendered {
  const { lines, action, after = [] } = letter;
  return {
    // A line break in a name must not become a header of its own.
    subject: letter.subject.replace(/[\r\n\u2028\u2029]+/g, " "),
    text: `${[...lines, ...(action ? [`${action.label}:\n${action.url}`] : []), ...after, `-- \n${shop.name}\n${shop.url}`].join("\n\n")}\n`,
    html: html(letter, shop, locale),
  };
}

const BODY = "margin:0;padding:32px 16px;background:#f9fafb;color:#141821;font:16px/24px system-ui,-apple-system,'Segoe UI','PingFang SC','Microsoft YaHei',sans-serif";
const BUTTON = "display:inline-block;padding:10px 18px;border-radius:6px;background:#2b5bd1;color:#ffffff;font-weight:500;text-decoration:none";

function html({ lines, action, after = [] }: Letter, shop: Shop, locale: MailLocale): string {
  const paragraph = (text: string, style = "margin:0 0 16px"): string => `<p style="${style}">${escape(text)}</p>`;
  return [
    `<!doctype html><html lang="${locale}"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width"></head>`,
    `<body style="${BODY}"><div style="max-width:520px;margin:0 auto">`,
    paragraph(shop.name, "margin:0 0 24px;font-weight:600"),
    ...lines.map((line) => paragraph(line)),
    ...(action ? [
      `<p style="margin:24px 0"><a href="${escape(action.url)}" style="${BUTTON}">${escape(action.label)}</a></p>`,
      `<p style="margin:0 0 16px;font-size:13px;line-height:20px;color:#646974;word-break:break-all">${escape(action.url)}</p>`,
    ] : []),
    ...after.map((line) => paragraph(line, "margin:0 0 16px;font-size:13px;line-height:20px;color:#4d535e")),
    "</div></body></html>",
  ].join("\n");
}

const ENTITIES: Readonly<Record<string, string>> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&#39;" };
const escape = (text: string): string => text.replace(/[&<>"']/g, (letter) => ENTITIES[letter] ?? letter);
