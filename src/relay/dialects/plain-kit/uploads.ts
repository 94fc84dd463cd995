import { randomUUID } from "node:crypto";
import type { DocumentPart, Json, MediaPart } from "#relay/canonical/request.ts";
import { RelayError } from "#relay/errors.ts";

/** The member of a body that holds what must be uploaded before it is sent; the way to the vendor takes it out. */
export const UPLOADS = "@uploads";

/** A file, and the word that stands in the body for the number the vendor will give it. */
export type Upload = Readonly<{ stands: string; name: string; mime: string; data: string }>;

const MIME: Readonly<Record<MediaPart["type"] | "document", string>> = { image: "image/png", audio: "audio/mpeg", video: "video/mp4", document: "application/pdf" };

/** The files of a request: some by address, the others to be uploaded. */
export class UploadList {
  readonly #uploads: Upload[] = [];

  /** @returns where it is, or the word for its number @throws RelayError unsupported_parameter for files that lie with another vendor */
  place(part: MediaPart | DocumentPart): Readonly<{ url: string } | { stands: string }> {
    const { source, type } = part;
    if (source.kind === "url") return { url: source.url };
    if (source.kind !== "base64") throw new RelayError("unsupported_parameter", "The model does not take files by their ids.", { param: "messages" });
    const mime = part.mime ?? MIME[type], stands = randomUUID();
    const own = "filename" in part ? part.filename : undefined;
    this.#uploads.push({ stands, name: own ?? `${type}.${mime.split("/")[1]!.replace(/\W.*$/, "")}`, mime, data: source.data });
    return { stands };
  }

  /** What joins the body. */
  get members(): Readonly<Record<string, Json>> {
    return this.#uploads.length === 0 ? {} : { [UPLOADS]: this.#uploads };
  }
}
