export { applyStore } from "#store/apply-store.ts";
export type { Applied, ApplyOptions, StoreDeps } from "#store/apply-store.ts";
export { KINDS } from "#store/change.ts";
export type { Kind } from "#store/change.ts";
export { exportStore } from "#store/export-store.ts";
export { StoreFileError } from "#store/parse-store-file.ts";
export { codeField } from "#store/store-file.ts";
