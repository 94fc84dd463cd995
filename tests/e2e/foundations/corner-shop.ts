import { keyOf } from "../../support/shop-store.ts";

/** A small shop with an owner, somebody of the support and one customer with credit and a key. */

export const PASSWORD = "correct-horse-battery";
export const OWNER = "olga@example.com";
export const ALICE = "alice@example.com";
export const SUPPORT = "sam@example.com";
export const CORNER_SHOP = {
  shop: { name: "Corner Shop" },
  groups: { default: { ratio: 1 }, vip: { ratio: 0.8 }, trial: { ratio: 1.2 } },
  models: [
    { id: "sim-large", vendor: "acme", context: 32_000, max_output: 1_000, price: { input: 3, output: 15 } },
    { id: "sim-small", vendor: "zenith", context: 32_000, max_output: 1_000, price: { input: 0.1, output: 0.4 } },
  ],
  channels: [{ name: "main route", provider: "simulator", models: ["sim-large", "sim-small"], groups: ["default"] }],
  users: [
    { email: OWNER, password: PASSWORD, role: "owner" },
    { email: SUPPORT, password: PASSWORD, role: "support" },
    { email: ALICE, password: PASSWORD, credit: { amount: 10, id: "opening" }, keys: [{ name: "app", secret: keyOf("alice") }] },
  ],
};
