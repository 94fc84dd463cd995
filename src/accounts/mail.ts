/** What a mail says; the words stand in the templates of `notify`, in the reader's language. */
export type MailContent =
  | Readonly<{ template: "verify"; token: string }>
  /** Somebody signed up with an address that has an account; only its owner is told. */
  | Readonly<{ template: "already" }>
  | Readonly<{ template: "reset"; token: string }>
  | Readonly<{ template: "password-changed" }>
  | Readonly<{ template: "change-old"; token: string; newEmail: string }>
  | Readonly<{ template: "change-new"; token: string }>
  | Readonly<{ template: "changed"; token: string; newEmail: string }>
  | Readonly<{ template: "invite"; token: string; role: string }>
  | Readonly<{ template: "closing"; on: string }>
  /** Something waits for a second person; sent to whoever may decide it. */
  | Readonly<{ template: "approval"; kind: "adjustment" | "charge_refund" | "order_refund"; amount: string; requester: string; customer: string; reason: string; until: string }>;
export type MailTemplate = MailContent["template"];

/** Where a sealed mail stands; it opens nowhere else. */
export const mailAad = (id: string): string => `mails|sealed|${id}|mail`;
