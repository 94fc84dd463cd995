/** The most that a picture of the shop may weigh: it is sent with every first visit. */
export const SHOP_FILE_BYTES_MAX = 131_072;
/** Sides of a logo in pixels: less cannot be read, more is a photograph. */
export const LOGO_SIDE = { least: 16, most: 1_024 } as const;

export type PictureKind = "image/png" | "image/webp";
export type Picture = Readonly<{ kind: PictureKind; width: number; height: number }>;

const text = (bytes: Uint8Array, from: number, length: number): string => String.fromCharCode(...bytes.subarray(from, from + length));

/**
 * Kind and size of a picture by its own first bytes; what the browser calls it proves nothing. Formats that can hold
 * scripts or refer to other places are none of these.
 *
 * @returns undefined when it is neither PNG nor WebP
 */
export function readPicture(bytes: Uint8Array): Picture | undefined {
  if (bytes.length < 30) return undefined;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (text(bytes, 0, 8) === "\x89PNG\r\n\x1a\n" && text(bytes, 12, 4) === "IHDR") return { kind: "image/png", width: view.getUint32(16), height: view.getUint32(20) };
  if (text(bytes, 0, 4) !== "RIFF" || text(bytes, 8, 4) !== "WEBP") return undefined;
  const u24 = (at: number): number => view.getUint16(at, true) | (bytes[at + 2]! << 16);
  const form = text(bytes, 12, 4);
  if (form === "VP8X") return { kind: "image/webp", width: u24(24) + 1, height: u24(27) + 1 };
  if (form === "VP8 ") return { kind: "image/webp", width: view.getUint16(26, true) & 0x3fff, height: view.getUint16(28, true) & 0x3fff };
  if (form !== "VP8L") return undefined;
  const bits = view.getUint32(21, true);
  return { kind: "image/webp", width: (bits & 0x3fff) + 1, height: ((bits >>> 14) & 0x3fff) + 1 };
}

/** Why these bytes are no logo; undefined when they are one. */
export function problemOfLogo(bytes: Uint8Array): "too_large" | "not_a_picture" | "wrong_size" | undefined {
  if (bytes.length > SHOP_FILE_BYTES_MAX) return "too_large";
  const picture = readPicture(bytes);
  if (!picture) return "not_a_picture";
  const fits = (side: number): boolean => side >= LOGO_SIDE.least && side <= LOGO_SIDE.most;
  return fits(picture.width) && fits(picture.height) ? undefined : "wrong_size";
}
