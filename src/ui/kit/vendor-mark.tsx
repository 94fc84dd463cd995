const TONES = 8;

/** A letter in a tinted square; the tint follows from the name, so it is the same on every page. */
export function VendorMark({ name, size = 24 }: { name: string; size?: 20 | 24 }) {
  const sum = [...name.toLowerCase()].reduce((total, letter) => (total * 31 + (letter.codePointAt(0) ?? 0)) % 9973, 7);
  return (
    <span className={`mark mark-${size} mark-${(sum % TONES) + 1}`} aria-hidden="true">
      {[...name][0]?.toUpperCase() ?? "·"}
    </span>
  );
}
