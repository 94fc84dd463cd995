import { taskVendor } from "#relay/providers/kit/task-vendor.ts";

/** Luma's Dream Machine. Prices go by clip, resolution and seconds. */
export const luma = taskVendor({
  id: "luma",
  name: "Luma",
  baseUrl: "https://api.lumalabs.ai",
  tasks: [{ protocol: "luma" }],
  docs: "https://docs.lumalabs.ai",
});
