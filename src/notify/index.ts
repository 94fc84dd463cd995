export { deliverBySmtp, deliverToFolder } from "#notify/deliver.ts";
export type { Deliver, Message } from "#notify/deliver.ts";
export { createMailer } from "#notify/mailer.ts";
export type { Mailer } from "#notify/mailer.ts";
export { removeOldMails } from "#notify/mails.store.ts";
export { renderLetter } from "#notify/render.ts";
export { letterOf } from "#notify/templates.ts";
