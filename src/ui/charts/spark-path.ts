const PAD = 1;

/** An SVG path through the values, scaled to the box; a missing value lifts the pen, a lone one is a dot. */
export function sparkPath(values: readonly (number | null)[], width: number, height: number): string {
  const known = values.filter((value): value is number => value !== null && Number.isFinite(value));
  if (known.length === 0) return "";
  const [low, high] = [Math.min(...known), Math.max(...known)];
  const x = (i: number): number => (values.length === 1 ? width / 2 : PAD + (i * (width - 2 * PAD)) / (values.length - 1));
  const y = (value: number): number => (high === low ? height / 2 : height - PAD - ((value - low) * (height - 2 * PAD)) / (high - low));
  const round = (value: number): string => Number(value.toFixed(2)).toString();
  const drawn = (i: number): boolean => {
    const value = values[i];
    return value !== null && value !== undefined && Number.isFinite(value);
  };
  return values
    .flatMap((value, i) => {
      if (!drawn(i)) return [];
      const point = `${round(x(i))} ${round(y(value ?? 0))}`;
      if (drawn(i - 1)) return [`L${point}`];
      return [drawn(i + 1) ? `M${point}` : `M${point}h0`];
    })
    .join("");
}
