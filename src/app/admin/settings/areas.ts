import { permissionsOfRole, type Role } from "#accounts/index.ts";
import { maySeeSettings, settingFacts } from "#accounts/setting-facts.ts";

/** Areas that have no setting of their own, only variables of the environment. */
const OF_THE_ENVIRONMENT = ["payments", "mail"] as const;

/** The areas of the settings that somebody may see, in the order in which they are declared. */
export const settingAreas = (role: Role): readonly string[] =>
  [...new Set([...settingFacts().map(({ area }) => area), ...OF_THE_ENVIRONMENT])].filter((area) => maySeeSettings(permissionsOfRole(role), area));
