import { contrast, fitToScreen, linearToOklch, oklchToHex, parseHex, type Oklch } from "#ui/theme/oklch.ts";

/** One mode's colours made of the operator's: filled buttons, links and marks, the pale fill behind a selection. */
export type BrandColours = Readonly<{ accent: string; text: string; soft: string }>;
export type Brand = Readonly<{ light: BrandColours; dark: BrandColours }>;

const READABLE = 4.5;
const WHITE = "#ffffff";
/** `surface` and `canvas` of each mode, as in globals.css; text has to hold on both. */
const GROUNDS = { light: ["#ffffff", "#f9fafb"], dark: ["#14161b", "#0c0d11"] } as const;
const SOFT = { light: { l: 0.955, c: 0.022 }, dark: { l: 0.28, c: 0.06 } } as const;
const STEP = 0.005;

/**
 * The operator's one colour as the shop can use it. Hue and chroma stay; lightness moves as little as it must until
 * white text on a button and the colour as text reach 4.5 to 1 in each mode.
 *
 * @throws RangeError when it is no hex colour
 */
export function adjustBrand(hex: string): Brand {
  const given = linearToOklch(parseHex(hex));
  const mode = (name: "light" | "dark"): BrandColours => {
    const soft = oklchToHex({ ...SOFT[name], c: Math.min(SOFT[name].c, given.c), h: given.h });
    return {
      accent: darken(given, (colour) => contrast(colour, WHITE) >= READABLE),
      text: name === "light"
        ? darken(given, (colour) => [...GROUNDS.light, soft].every((ground) => contrast(colour, ground) >= READABLE))
        : lighten(given, (colour) => [...GROUNDS.dark, soft].every((ground) => contrast(colour, ground) >= READABLE)),
      soft,
    };
  };
  return { light: mode("light"), dark: mode("dark") };
}

const darken = (from: Oklch, good: (hex: string) => boolean): string => move(from, -STEP, good);
const lighten = (from: Oklch, good: (hex: string) => boolean): string => move(from, STEP, good);

/** Black and white pass every test that is asked here, so this ends. */
function move(from: Oklch, step: number, good: (hex: string) => boolean): string {
  for (let l = from.l; l > 0 && l < 1; l += step) {
    const hex = oklchToHex(fitToScreen({ ...from, l }));
    if (good(hex)) return hex;
  }
  return step < 0 ? "#000000" : WHITE;
}

/** The rule that puts the operator's colour in the place of the shop's own; undefined when it is no colour. */
export function brandCss(hex: string): string | undefined {
  try {
    const { light, dark } = adjustBrand(hex);
    const pair = (key: keyof BrandColours): string => `light-dark(${light[key]},${dark[key]})`;
    return `:root{--color-accent:${pair("accent")};--color-accent-text:${pair("text")};--color-accent-soft:${pair("soft")}}`;
  } catch {
    return undefined;
  }
}

/** The rule that shows the operator's picture wherever the built-in mark stands. `id` is its content's hash. */
export const logoCss = (id: string): string =>
  /^[0-9a-f]{16}$/.test(id) ? `.shop-logo{background:url(/api/brand/logo?v=${id}) center/contain no-repeat}.shop-logo>svg{visibility:hidden}` : "";

/** What of the operator's own look is set. */
export type ShopBrand = Readonly<{ color?: string | undefined; logo?: string | undefined }>;

/** A sheet and not a style element: a page that is refreshed in place gets a nonce that its policy does not know. */
export function styleAddress({ color, logo }: ShopBrand): string | undefined {
  const asked = new URLSearchParams({ ...(color && { color: color.replace("#", "") }), ...(logo && { logo }) }).toString();
  return asked === "" ? undefined : `/api/brand/style?${asked}`;
}
