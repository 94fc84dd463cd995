import { header } from "#relay/providers/kit/auth.ts";
import { taskVendor } from "#relay/providers/kit/task-vendor.ts";

/** A server that drives Midjourney; there is no public one, so the operator names it. Prices go by action and speed. */
export const midjourneyProxy = taskVendor({
  id: "midjourney-proxy",
  name: "Midjourney proxy",
  tasks: [{ protocol: "mj-proxy" }],
  authorize: header("mj-api-secret"),
  errorClasses: [{ match: "3", class: "overload" }, { match: "4", class: "client" }, { match: "23", class: "overload" }, { match: "24", class: "policy" }],
  unconfirmed: true,
  docs: "https://github.com/novicezk/midjourney-proxy",
});
