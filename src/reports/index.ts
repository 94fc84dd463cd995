export { listChannelHealth } from "#reports/channel-health.store.ts";
export type { ChannelHealth } from "#reports/channel-health.store.ts";
export { findReceipt, listReceipts } from "#reports/receipts.store.ts";
export type { Receipt, ReceiptFilter } from "#reports/receipts.store.ts";
export type { ReceiptLine, RequestStatus, UsageView } from "#reports/receipt.ts";
export { createRelayLookups, jsonInteger } from "#reports/relay-lookups.ts";
export type { RelayLookups } from "#reports/relay-lookups.ts";
export { ledgerReason, listLedgerTransactions, walletCredits, walletView } from "#reports/wallets.store.ts";
export type { LedgerTransactionView, WalletView } from "#reports/wallets.store.ts";
