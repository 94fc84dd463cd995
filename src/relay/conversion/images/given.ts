import type { GivenImage } from "#relay/conversion/images/images-asked.ts";

/** A picture inside the text of a request. */
export const dataUrl = ({ bytes, type }: GivenImage): string => `data:${type};base64,${bytes.toString("base64")}`;

/** What a base64 text begins with tells its kind. */
const KINDS: readonly (readonly [start: string, type: string])[] = [["iVBORw0KGgo", "image/png"], ["/9j/", "image/jpeg"], ["UklGR", "image/webp"], ["R0lGOD", "image/gif"]];

/** The media type of a picture in base64. */
export const typeOfPicture = (base64: string): string => KINDS.find(([start]) => base64.startsWith(start))?.[1] ?? "image/png";
