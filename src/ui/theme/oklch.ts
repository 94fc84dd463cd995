/** Colours between hex, linear light and OKLCH, and the contrast of WCAG; pure arithmetic after the published matrices. */

export type Oklch = Readonly<{ l: number; c: number; h: number }>;
type Triple = readonly [number, number, number];

const clamp = (value: number): number => Math.min(1, Math.max(0, value));
const toLinear = (value: number): number => (value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4);
const fromLinear = (value: number): number => (value <= 0.0031308 ? value * 12.92 : 1.055 * value ** (1 / 2.4) - 0.055);

/** `#rrggbb` or `#rgb`. @throws RangeError for anything else */
export function parseHex(hex: string): Triple {
  const digits = /^#([0-9a-f]{3}|[0-9a-f]{6})$/i.exec(hex.trim())?.[1];
  if (digits === undefined) throw new RangeError(`${hex} is no colour of the form #rrggbb`);
  const full = digits.length === 3 ? [...digits].map((digit) => digit + digit).join("") : digits;
  return [0, 2, 4].map((at) => toLinear(Number.parseInt(full.slice(at, at + 2), 16) / 255)) as unknown as Triple;
}

export const linearToHex = (rgb: Triple): string =>
  `#${rgb.map((value) => Math.round(fromLinear(clamp(value)) * 255).toString(16).padStart(2, "0")).join("")}`;

export function linearToOklch([r, g, b]: Triple): Oklch {
  const l = Math.cbrt(0.4122214708 * r + 0.5363325363 * g + 0.0514459929 * b);
  const m = Math.cbrt(0.2119034982 * r + 0.6806995451 * g + 0.1073969566 * b);
  const s = Math.cbrt(0.0883024619 * r + 0.2817188376 * g + 0.6299787005 * b);
  const lightness = 0.2104542553 * l + 0.793617785 * m - 0.0040720468 * s;
  const a = 1.9779984951 * l - 2.428592205 * m + 0.4505937099 * s;
  const bb = 0.0259040371 * l + 0.7827717662 * m - 0.808675766 * s;
  return { l: lightness, c: Math.hypot(a, bb), h: ((Math.atan2(bb, a) * 180) / Math.PI + 360) % 360 };
}

/** May leave the range 0…1: then the screen cannot show the colour. */
export function oklchToLinear({ l, c, h }: Oklch): Triple {
  const a = c * Math.cos((h * Math.PI) / 180);
  const b = c * Math.sin((h * Math.PI) / 180);
  const long = (l + 0.3963377774 * a + 0.2158037573 * b) ** 3;
  const medium = (l - 0.1055613458 * a - 0.0638541728 * b) ** 3;
  const short = (l - 0.0894841775 * a - 1.291485548 * b) ** 3;
  return [
    4.0767416621 * long - 3.3077115913 * medium + 0.2309699292 * short,
    -1.2684380046 * long + 2.6097574011 * medium - 0.3413193965 * short,
    -0.0041960863 * long - 0.7034186147 * medium + 1.707614701 * short,
  ];
}

const SLACK = 0.0005;
const shown = (rgb: Triple): boolean => rgb.every((value) => value >= -SLACK && value <= 1 + SLACK);

/** The same hue and lightness with as much of the chroma as a screen can show. */
export function fitToScreen(colour: Oklch): Oklch {
  if (shown(oklchToLinear(colour))) return colour;
  let low = 0;
  let high = colour.c;
  for (let step = 0; step < 24; step += 1) {
    const middle = (low + high) / 2;
    if (shown(oklchToLinear({ ...colour, c: middle }))) low = middle;
    else high = middle;
  }
  return { ...colour, c: low };
}

export const oklchToHex = (colour: Oklch): string => linearToHex(oklchToLinear(fitToScreen(colour)));

const luminance = ([r, g, b]: Triple): number => 0.2126 * clamp(r) + 0.7152 * clamp(g) + 0.0722 * clamp(b);

/** Contrast of two hex colours after WCAG 2.2: 1 to 21. */
export function contrast(a: string, b: string): number {
  const [x, y] = [luminance(parseHex(a)), luminance(parseHex(b))];
  return (Math.max(x, y) + 0.05) / (Math.min(x, y) + 0.05);
}
