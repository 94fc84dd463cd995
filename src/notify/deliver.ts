import { mkdir, rename, writeFile } from "node:fs/promises";
import path from "node:path";
import nodemailer from "nodemailer";
import type { Rendered } from "#notify/render.ts";

export type Message = Rendered & Readonly<{ id: string; from: Readonly<{ name: string; address: string }>; to: string }>;
export type Deliver = (message: Message) => Promise<void>;

/** A mail server that hangs must not hold the queue for ever. */
const TIMEOUT_MS = 15_000;

const toNodemailer = ({ id, from, to, subject, text, html }: Message) => ({
  from, to: { name: "", address: to }, subject, text, html,
  messageId: `<${id}@${from.address.split("@")[1] ?? "localhost"}>`,
  headers: { "auto-submitted": "auto-generated" },
  // Nothing in a mail of ours is read from a file or fetched.
  disableFileAccess: true, disableUrlAccess: true,
});

/** Hands mails to the server of `SMTP_URL`. */
export function deliverBySmtp(url: string): Deliver {
  const transport = nodemailer.createTransport({ url, connectionTimeout: TIMEOUT_MS, greetingTimeout: TIMEOUT_MS, socketTimeout: TIMEOUT_MS });
  return async (message) => {
    await transport.sendMail(toNodemailer(message));
  };
}

/** Writes mails as `.eml` files into a folder: for shops without a mail server, and for tests. */
export function deliverToFolder(folder: string): Deliver {
  const transport = nodemailer.createTransport({ streamTransport: true, buffer: true, newline: "windows" });
  return async (message) => {
    const { message: bytes } = await transport.sendMail(toNodemailer(message));
    await mkdir(folder, { recursive: true, mode: 0o700 });
    const file = path.join(folder, `${message.id}.eml`);
    await writeFile(`${file}.part`, bytes as Buffer, { mode: 0o600 });
    await rename(`${file}.part`, file);
  };
}
