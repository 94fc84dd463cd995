/** What a top-up costs and brings, out of the shop's settings; what the operator has not set is not said. */
export type TopUpTerms = Readonly<{ least: string | undefined; fee: string | undefined; bonus: readonly Readonly<{ from: string; percent: number }>[] }>;

export function topUpTerms(settings: Readonly<Record<string, unknown>>): TopUpTerms {
  const text = (path: string): string | undefined => {
    const value = settings[path];
    return typeof value === "string" && value !== "" ? value : undefined;
  };
  const fee = text("payments.fee_percent");
  const bonus = settings["payments.bonus"];
  const steps = typeof bonus === "object" && bonus !== null ? Object.entries(bonus) : [];
  return {
    least: text("payments.min"),
    fee: fee === undefined || /^0(\.0*)?$/.test(fee) ? undefined : fee,
    bonus: steps.flatMap(([from, percent]) => (typeof percent === "number" && percent > 0 ? [{ from, percent }] : [])).sort((a, b) => Number(a.from) - Number(b.from)),
  };
}
