/** What a provider is told of an order. */
export type OrderForProvider = Readonly<{
  id: string;
  number: string;
  userId: string;
  email: string;
  creditNano: bigint;
  currency: string;
  payMinor: bigint;
  feeMinor: bigint;
  expiresAt: Date;
  createdAt: Date;
  sessionId: string | null;
  paymentId: string | null;
  customerId: string | null;
}>;

/** Where the buyer goes, and what the provider calls the order. */
export type Started = Readonly<{ sessionId: string; customerId?: string; url: string }>;

/** What the provider took for itself. */
export type ProviderFee = Readonly<{ transactionId: string; feeMinor: bigint; netMinor: bigint; currency: string; availableOn?: Date }>;

/** The provider's present truth about an order, as its API tells it. */
export type ProviderState = Readonly<{
  status: "open" | "processing" | "paid" | "failed" | "expired";
  sessionId: string;
  /** Before tax. */
  amountMinor: bigint;
  taxMinor: bigint;
  currency: string;
  livemode: boolean;
  /** Every place where the provider keeps our order's id. */
  orderRefs: readonly (string | null)[];
  customerId: string | null;
  paymentId?: string;
  url?: string;
  method?: string;
  country?: string;
  fingerprint?: string;
  failure?: string;
  paidAt?: Date;
  fee?: ProviderFee;
}>;

export type RefundStatus = "pending" | "succeeded" | "failed" | "canceled";
export type ProviderRefund = Readonly<{ id: string; status: RefundStatus; amountMinor: bigint; currency: string; /** Ours, when we asked for it. */ refundRef?: string; failure?: string }>;

/** One movement of the provider's own account; below 0 = taken from us. */
export type ProviderMovement = Readonly<{ id: string; amountMinor: bigint; feeMinor: bigint; currency: string }>;

export type ProviderDispute = Readonly<{
  id: string;
  paymentId: string | undefined;
  status: string;
  reason?: string;
  amountMinor: bigint;
  currency: string;
  livemode: boolean;
  movements: readonly ProviderMovement[];
  evidenceDueAt?: Date;
  openedAt: Date;
}>;

/** What a notification is about. The object itself is always asked for anew. */
export type NoticeSubject =
  | Readonly<{ kind: "order"; sessionId: string }>
  | Readonly<{ kind: "refunds"; paymentId: string }>
  | Readonly<{ kind: "dispute"; disputeId: string }>
  | Readonly<{ kind: "fraud_warning"; paymentId: string }>
  | Readonly<{ kind: "ignored" }>;

export type ProviderNotice = Readonly<{ id: string; type: string; objectId: string | undefined; livemode: boolean; payload: unknown; subject: NoticeSubject }>;

/** The notification is not the provider's, or too old. */
export class BadSignature extends Error {
  override readonly name = "BadSignature";
}

/** The provider refused for good: the same call would be refused again. */
export class ProviderRefused extends Error {
  override readonly name = "ProviderRefused";
}

/** The provider answered an error that may pass, or not at all; what was asked may have happened. */
export class ProviderUnsure extends Error {
  override readonly name = "ProviderUnsure";
  /** It answered: the same idempotency key would be answered the same. */
  readonly answered: boolean;
  constructor(message: string, answered: boolean, options?: ErrorOptions) {
    super(message, options);
    this.answered = answered;
  }
}

/** One payment provider. All methods but `read` may throw ProviderRefused and ProviderUnsure. */
export interface PaymentProvider {
  readonly id: string;
  readonly livemode: boolean;
  /** Starts a payment. Safe to call again with the same attempt. */
  start(order: OrderForProvider, attempt: number, site: Readonly<{ url: string; shopName: string; tax: boolean }>): Promise<Started>;
  /** Finds the payment of an order whose start was never answered. */
  find(order: OrderForProvider): Promise<string | undefined>;
  /**
   * Authenticates a notification by its raw bytes.
   * @throws BadSignature
   */
  read(rawBody: string, headers: Headers): ProviderNotice;
  state(sessionId: string): Promise<ProviderState>;
  refund(refund: Readonly<{ id: string; paymentId: string; amountMinor: bigint }>): Promise<ProviderRefund>;
  refunds(paymentId: string): Promise<readonly ProviderRefund[]>;
  dispute(id: string): Promise<ProviderDispute>;
  /** Order id that the provider keeps with a payment. */
  orderOfPayment(paymentId: string): Promise<string | undefined>;
  /** The same notification again, by id, for those that failed here. */
  reread(payload: unknown): ProviderNotice;
}
