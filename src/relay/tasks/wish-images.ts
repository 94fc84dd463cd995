import type { TaskWish } from "#relay/tasks/task.ts";

/** The pictures of a wish as addresses or `data:` URLs, sent-along files included. */
export const imagesOf = ({ images, uploads }: TaskWish): readonly string[] => [
  ...images,
  ...uploads.filter(({ type }) => type.startsWith("image/")).map(({ type, bytes }) => `data:${type};base64,${bytes.toString("base64")}`),
];

/** Media type and base64 text of a `data:` URL. */
export function dataOf(url: string): Readonly<{ type: string; base64: string }> | undefined {
  const found = /^data:([\w.+-]+\/[\w.+-]+)?(?:;[^,;]*)*;base64,/i.exec(url);
  return found ? { type: found[1] ?? "image/png", base64: url.slice(found[0].length) } : undefined;
}

/** For vendors that take an address or bare base64. */
export const bare = (url: string | undefined): string | undefined => (url === undefined ? undefined : dataOf(url)?.base64 ?? url);
