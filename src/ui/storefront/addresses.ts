type Named = Readonly<{ slug: string; vendorSlug?: string | undefined }>;

/** Stands for "no vendor given" in an address; no vendor can be called that. */
export const NO_VENDOR = "-";

/** Where a model's page stands. Names may hold slashes; each part is encoded by itself. */
export const modelPath = (locale: string, { slug, vendorSlug }: Named): string =>
  `/${locale}/models/${encodeURIComponent(vendorSlug ?? NO_VENDOR)}/${slug.split("/").map(encodeURIComponent).join("/")}`;

/** A name out of the parts of an address. Undefined when it is no text. */
export function slugFromPath(parts: readonly string[]): string | undefined {
  try {
    return parts.map(decodeURIComponent).join("/");
  } catch {
    return undefined;
  }
}
