/** What a browser's request says about where it comes from. */
export type Origins = Readonly<{ origin: string | null; site: string | null; mark: string | null; contentType: string | null }>;

/**
 * May this request change something? A form or script of another site cannot send all three: JSON, our own header,
 * and an Origin that is ours (or, where a browser leaves that out, its own word that the request is of this site).
 *
 * @param ownOrigins origins under which this shop is served to this client
 */
export function isSameSite({ origin, site, mark, contentType }: Origins, ownOrigins: readonly string[]): boolean {
  const json = contentType?.split(";")[0]?.trim().toLowerCase() === "application/json";
  const ours = origin === null ? site === "same-origin" : ownOrigins.includes(origin);
  return json && mark === "1" && ours;
}
