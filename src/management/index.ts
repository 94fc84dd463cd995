export { MANAGEMENT_ERRORS } from "#management/errors.ts";
export { createManagementApi, MANAGEMENT_ROUTES } from "#management/router.ts";
export type { ChannelTest, InvariantResult, ManagementDeps } from "#management/route.ts";
