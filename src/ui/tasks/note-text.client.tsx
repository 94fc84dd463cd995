"use client";
import { useTranslations } from "next-intl";
import { taskNote } from "#ui/tasks/task-notes.ts";

/** A note of the shop's in the reader's language; what a vendor said as its own words, in whatever language those are. */
export function NoteText({ text, byVendor }: { text: string; byVendor: boolean }) {
  const t = useTranslations("tasks");
  const note = taskNote(text);
  if (note) return <>{t(`notes.${note.key}`, note.values)}</>;
  return <span className="break-words">{byVendor ? t("notes.vendor", { text }) : text}</span>;
}

/** Why a task came to nothing: the code in words where it is one of the shop's, else what was said. */
export function ErrorText({ code, message }: { code: string | null; message: string | null }) {
  const t = useTranslations("docs.errors");
  if (message !== null && taskNote(message)) return <NoteText text={message} byVendor={false} />;
  const worded = code !== null && /^\w+$/.test(code) && t.has(code) ? t(code).replaceAll("`", "") : undefined;
  if (message === null) return <>{worded ?? code}</>;
  return <>{worded ? <span className="block">{worded}</span> : null}<span className={worded && "text-13 text-fg-3"}><NoteText text={message} byVendor /></span></>;
}
