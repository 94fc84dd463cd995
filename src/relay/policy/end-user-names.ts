import { createHmac } from "node:crypto";

const CHARS = 32;

/**
 * Names by which vendors tell a customer's users apart: the same for the same user, another for the same name at
 * another customer, and nothing that leads back to either.
 */
export const createEndUserNames = (key: Buffer) => (customer: string, name: string): string =>
  createHmac("sha256", key).update(`${customer}\0${name}`).digest("hex").slice(0, CHARS);
