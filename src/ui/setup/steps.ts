/** The first run, in the order in which a shop is opened. */
export const SETUP_STEPS = ["account", "shop", "vendor", "prices", "payments", "mail", "done"] as const;
export type SetupStep = (typeof SETUP_STEPS)[number];

/** Where somebody goes on who comes back without saying where: the first thing that is missing. */
export function resumeAt({ named, channelId, served }: Readonly<{ named: boolean; channelId: string | null; served: boolean }>): SetupStep {
  if (served) return "done";
  if (channelId !== null) return "prices";
  return named ? "vendor" : "shop";
}
