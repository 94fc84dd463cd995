const TONES = 8;

/** A letter in a tinted square; the tint follows from the name, so it is the same on every page. */
export function VendorMark({ name, size = 24 }: { name: string; size?: 20 | 24 }) {
  const sum = [...name.toLowerCase()].reduce((total, letter) => (total * 33 + (letter.codePointAt(0) ?? 0)) % 65_521, 5_381);
  return (
    <span className={`mark mark-${size} mark-${(sum % TONES) + 1}`} aria-hidden="true">
      {[...name][0]?.toUpperCase() ?? "·"}
    </span>
  );
}
