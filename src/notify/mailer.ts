import { mailAad, type MailContent, type SettingValues } from "#accounts/index.ts";
import type { Deliver } from "#notify/deliver.ts";
import { claimMails, markFailed, markSent, type WaitingMail } from "#notify/mails.store.ts";
import { renderLetter } from "#notify/render.ts";
import { letterOf } from "#notify/templates.ts";
import type { Sealer } from "#platform/crypto/seal.ts";
import type { Log } from "#platform/log.ts";
import type { Queryable } from "#platform/db/queryable.ts";

export type MailerDeps = Readonly<{
  pool: Queryable;
  sealer: Sealer;
  log: Log;
  deliver: Deliver;
  settings(): Promise<SettingValues>;
  baseUrl(): Promise<string>;
}>;

export type Mailer = Readonly<{
  /** Sends what waits. Calls while it runs are made up for by one more round. */
  drain(): Promise<void>;
}>;

/** Mails of one round; the rest follow in the next. */
const ROUND = 20;

/** Sends what the queue holds; a mail that cannot be sent waits and is tried again. */
export function createMailer(deps: MailerDeps): Mailer {
  let running: Promise<void> | undefined;
  let again = false;

  async function rounds(): Promise<void> {
    do {
      again = false;
      const mails = await claimMails(deps.pool, ROUND);
      for (const mail of mails) await send(deps, mail);
      if (mails.length === ROUND) again = true;
    } while (again);
  }

  return {
    drain() {
      again = true;
      running ??= rounds()
        .catch((error: unknown) => deps.log.error({ err: error }, "the mail queue could not be read"))
        .finally(() => (running = undefined));
      return running;
    },
  };
}

async function send({ pool, sealer, log, deliver, settings, baseUrl }: MailerDeps, mail: WaitingMail): Promise<void> {
  try {
    const content = JSON.parse(sealer.open(mail.sealed, mailAad(mail.id))) as MailContent;
    const shop = { name: (await settings())["shop.name"], url: await baseUrl() };
    const locale = mail.locale === "zh" ? "zh" : "en";
    const address = `no-reply@${new URL(shop.url).hostname.replace(/^\[|\]$/g, "")}`;
    await deliver({ ...renderLetter(letterOf(content, shop, locale), shop, locale), id: mail.id, from: { name: shop.name, address }, to: mail.toAddress });
    await markSent(pool, mail.id);
  } catch (error) {
    // The server's words may hold the address; its code says enough.
    const { code, name } = error as { code?: string; name?: string };
    log.warn({ mail: mail.id, attempts: mail.attempts, code: code ?? name }, "a mail could not be sent");
    await markFailed(pool, mail.id, mail.attempts, String(code ?? name ?? "unknown"));
  }
}
