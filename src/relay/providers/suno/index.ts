import { taskVendor } from "#relay/providers/kit/task-vendor.ts";

/** A relay for Suno's songs; there is no public interface of Suno's own, so the operator names it. Prices go by call. */
export const suno = taskVendor({
  id: "suno",
  name: "Suno relay",
  tasks: [{ protocol: "suno" }],
  unconfirmed: true,
  docs: "https://github.com/Suno-API/Suno-API",
});
