import { mailAad, type MailContent } from "#accounts/mail.ts";
import type { Sealer } from "#platform/crypto/seal.ts";
import { notify } from "#platform/db/listen.ts";
import type { Queryable } from "#platform/db/queryable.ts";
import { uuidv7 } from "#platform/ids.ts";

/**
 * Writes a mail down in the transaction of what it tells, so that it is sent if and only if that happened. What it says
 * is sealed: links in it are as good as passwords.
 */
export async function queueMail(tx: Queryable, sealer: Sealer, mail: Readonly<{ to: string; locale: string; content: MailContent }>): Promise<void> {
  const id = uuidv7();
  await tx.query(
    "INSERT INTO mails (id, to_address, template, locale, sealed) VALUES ($1, $2, $3, $4, $5)",
    [id, mail.to, mail.content.template, mail.locale, sealer.seal(JSON.stringify(mail.content), mailAad(id))],
  );
  await notify(tx, "outbox", "mail");
}
