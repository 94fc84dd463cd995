const SCHEMES: ReadonlySet<string> = new Set(["http:", "https:", "mailto:"]);

/** The address of a link in somebody's text, or nothing where it could run code or read files. */
export function safeLink(url: string): string {
  const text = url.trim();
  try {
    return SCHEMES.has(new URL(text).protocol) ? text : "";
  } catch {
    // Without a scheme it is an address of this site; two slashes would name another one.
    return /^(?:#|\/(?![/\\])|\.{1,2}\/)/.test(text) ? text : "";
  }
}
