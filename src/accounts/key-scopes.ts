import { permissionsOfRole, type Role } from "#accounts/permissions.ts";

/** What an API key may do beyond a customer's calls: choose its channel by number; learn who answered. */
export const KEY_SCOPES = ["channel:pin", "debug"] as const;
export type KeyScope = (typeof KEY_SCOPES)[number];

/** They show and steer channels: only who may try a channel gives them to his keys, and they last as long as his role does. */
export const scopesOfRole = (role: Role): readonly KeyScope[] => (permissionsOfRole(role).has("channels:test") ? KEY_SCOPES : []);
