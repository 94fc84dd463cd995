/** Why money moves, in the order of a wallet's life. */
export const KINDS = [
  "topup", "topup_bonus", "code", "signup_gift", "opening", "plan", "settlement", "usage_refund", "refund_request", "refund_done", "refund_failed", "refund_undone", "dispute_funds", "dispute_freeze",
  "dispute_unfreeze", "dispute_lost", "clawback", "lot_expiry", "manual_adjustment", "referral", "transfer", "psp_fee", "payout", "writeoff", "suspense", "suspense_resolved", "upstream_trueup", "upstream_paid", "reversal",
] as const;
