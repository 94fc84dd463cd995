import type { BodyPart } from "#platform/outbound/body-part.ts";

export type FormField = Readonly<{ name: string; value: string }>;
export type FormFile = Readonly<{ name: string; fileName: string; type: string; body: BodyPart }>;
export type FormPart = FormField | FormFile;

/** A form as a client sent it, in its order. Large files lie on disk until `close`. */
export type Form = Readonly<{ parts: readonly FormPart[]; close(): void }>;

export const isFile = (part: FormPart): part is FormFile => "body" in part;

/** `image[]` and `image` are the same field. */
export const plainName = (name: string): string => (name.endsWith("[]") ? name.slice(0, -2) : name);

export const filesOf = ({ parts }: Form, name: string): readonly FormFile[] => parts.filter(isFile).filter((file) => plainName(file.name) === name);
