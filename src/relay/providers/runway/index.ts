import { taskVendor } from "#relay/providers/kit/task-vendor.ts";

/**
 * Runway.
 * - wants the version of its interface said in a header
 * - prices go by credits a second; a failure whose code begins with SAFETY is final
 */
export const runway = taskVendor({
  id: "runway",
  name: "Runway",
  baseUrl: "https://api.dev.runwayml.com",
  tasks: [{ protocol: "runway" }],
  docs: "https://docs.dev.runwayml.com",
});
