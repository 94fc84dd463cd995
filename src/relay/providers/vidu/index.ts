import { taskVendor } from "#relay/providers/kit/task-vendor.ts";

/**
 * Vidu.
 * - China host https://api.vidu.cn
 * - files are kept for 24 hours
 */
export const vidu = taskVendor({
  id: "vidu",
  name: "Vidu",
  baseUrl: "https://api.vidu.com",
  tasks: [{ protocol: "vidu" }],
  authorize: (key) => ({ authorization: `Token ${key}` }),
  errorClasses: [
    { match: "CreditInsufficient", class: "quota" }, { match: "AuditSubmitIllegal", class: "policy" }, { match: "QuotaExceeded", class: "rate" }, { match: "SystemThrottling", class: "rate" },
  ],
  docs: "https://platform.vidu.com/docs",
});
