type Parameters = Readonly<{ get(name: string): string | null }>;

/** The filters of an address as the procedure takes them, before it checks them. Times are ISO 8601, amounts nano-USD. */
export function parametersToFilter(parameters: Parameters): Record<string, unknown> {
  const text = (name: string): string | undefined => parameters.get(name) || undefined;
  const time = (name: string): Date | undefined => (text(name) === undefined ? undefined : new Date(text(name)!));
  const whole = (name: string): bigint | string | undefined => (/^\d{1,19}$/.test(text(name) ?? "") ? BigInt(text(name)!) : text(name));
  const slower = text("slower_ms");
  return withoutUndefined({
    status: text("status"), model: text("model"), key: text("key"), endpoint: text("endpoint"), errorCode: text("error_code"), text: text("q"),
    costOver: whole("cost_over"), costUnder: whole("cost_under"), slowerMs: slower === undefined ? undefined : Number(slower),
    free: text("free") === "1" ? true : undefined, from: time("from"), to: time("to"),
  });
}

const withoutUndefined = (fields: Record<string, unknown>): Record<string, unknown> =>
  Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined));
