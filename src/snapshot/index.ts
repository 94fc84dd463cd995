export { buildSnapshot } from "#snapshot/build-snapshot.ts";
export { createSnapshotSource, loadSnapshot } from "#snapshot/create-snapshot-source.ts";
export type { LiveSnapshotSource, SnapshotSourceDeps } from "#snapshot/create-snapshot-source.ts";
export { openKeyDirectory } from "#snapshot/open-key-directory.ts";
export type { LiveKeyDirectory } from "#snapshot/key-directory.ts";
