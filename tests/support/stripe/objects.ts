import { randomBytes } from "node:crypto";

/** The objects of a Stripe-compatible server, with the fields that a shop reads. Amounts in the smallest unit. */

export type Customer = { id: string; object: "customer"; email: string | null; metadata: Record<string, string>; livemode: boolean; created: number };
export type BalanceTransaction = {
  id: string; object: "balance_transaction"; amount: number; fee: number; net: number; currency: string; type: string; source: string; created: number; available_on: number; status: string;
};
export type Charge = {
  id: string; object: "charge"; amount: number; amount_refunded: number; currency: string; payment_intent: string; balance_transaction: string | null; created: number; livemode: boolean;
  paid: boolean; refunded: boolean; disputed: boolean; status: string; metadata: Record<string, string>;
  payment_method_details: { type: string; card: { brand: string; last4: string; fingerprint: string } }; billing_details: { address: { country: string } };
};
export type PaymentIntent = {
  id: string; object: "payment_intent"; amount: number; amount_received: number; currency: string; status: string; metadata: Record<string, string>; customer: string | null; latest_charge: string | null;
  last_payment_error: { message: string; code: string } | null; created: number; livemode: boolean;
};
export type Session = {
  id: string; object: "checkout.session"; mode: string; status: "open" | "complete" | "expired"; payment_status: "unpaid" | "paid"; amount_subtotal: number; amount_total: number; currency: string;
  client_reference_id: string | null; metadata: Record<string, string>; intent_metadata: Record<string, string>; customer: string | null; payment_intent: string | null; success_url: string;
  cancel_url: string; url: string | null; expires_at: number; created: number; livemode: boolean; lines: { name: string; amount: number; quantity: number }[];
};
export type Refund = {
  id: string; object: "refund"; amount: number; currency: string; status: string; payment_intent: string; charge: string; metadata: Record<string, string>; failure_reason?: string;
  balance_transaction: string | null; created: number; reason: string | null;
};
export type Dispute = {
  id: string; object: "dispute"; amount: number; currency: string; status: string; reason: string; payment_intent: string; charge: string; balance_transactions: BalanceTransaction[];
  evidence_details: { due_by: number | null }; created: number; livemode: boolean; metadata: Record<string, string>;
};
export type Warning = { id: string; object: "radar.early_fraud_warning"; charge: string; payment_intent: string; created: number; livemode: boolean };
export type StripeObject = Customer | BalanceTransaction | Charge | PaymentIntent | Session | Refund | Dispute | Warning;
export type StripeEvent = { id: string; object: "event"; type: string; created: number; livemode: boolean; api_version: string; data: { object: StripeObject }; pending_webhooks: number; request: null };

export type Books = {
  customers: Map<string, Customer>; sessions: Map<string, Session>; intents: Map<string, PaymentIntent>; charges: Map<string, Charge>;
  refunds: Map<string, Refund>; disputes: Map<string, Dispute>; transactions: Map<string, BalanceTransaction>; events: StripeEvent[];
};

export const emptyBooks = (): Books => ({
  customers: new Map(), sessions: new Map(), intents: new Map(), charges: new Map(), refunds: new Map(), disputes: new Map(), transactions: new Map(), events: [],
});

export const newId = (prefix: string): string => `${prefix}_test_${randomBytes(12).toString("base64url").replace(/[-_]/g, "a")}`;

/** 2.9 % and 30 of the smallest unit. */
export const feeOf = (amount: number): number => Math.round(amount * 0.029) + 30;
/** What a dispute costs. */
export const DISPUTE_FEE = 1500;
