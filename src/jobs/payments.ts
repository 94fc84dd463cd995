import type { Job } from "#jobs/job.ts";

/** Every minute: asks the provider about open orders, and takes up notifications and refunds that got stuck. */
export const payments: Job = {
  name: "payments",
  cron: "* * * * *",
  expireInSeconds: 300,
  async run({ payments: { netting } }) {
    await netting.checkOrders();
    await netting.retry();
  },
};
