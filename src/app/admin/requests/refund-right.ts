import type { Permission } from "#accounts/index.ts";
import type { RefundRight } from "#ui/requests-admin/refund-charge.client.tsx";

/** Whoever may not give a charge back himself may ask for it, where his role asks at all. */
export const refundRight = (held: ReadonlySet<Permission>): RefundRight => (held.has("refunds:write") ? "act" : held.has("approvals:request") ? "ask" : "none");
