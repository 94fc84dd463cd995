/** The word that a procedure gave for its refusal: `sudo`, `verify`, `wait:12`, `last-owner`. */
export function reasonOf(error: unknown): string | undefined {
  const data = (error as { data?: { reason?: unknown } | null } | undefined)?.data;
  return typeof data?.reason === "string" ? data.reason : undefined;
}
