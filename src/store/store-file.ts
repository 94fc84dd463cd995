import { z } from "zod";
import { KEY_SCOPES, problemOfGivenSecret, ROLES, STAFF_ROLES } from "#accounts/index.ts";
import { ENDPOINTS, groupField, isWildcard, modelField, ownUpstream, WILDCARD_LACKS } from "#catalog/index.ts";
import { channelField, channelSettingsField } from "#channels/index.ts";
import { CODE_PATTERN } from "#payments/index.ts";
import {
  budgetField, cidrField, countField, groupLimitsField, instantField, limitsField, listOf, nameField, positiveUsdField, soldNameField,
} from "#store/fields.ts";

/** Members that `check-store-file.ts` looks at, which also sees files that do not fit elsewhere. */
const words = z.record(z.string(), z.unknown());

const group = z.strictObject({ ratio: groupField.ratio.optional(), top_up_ratio: groupField.ratio.optional(), limits: groupLimitsField.optional(), auto: groupField.auto.optional() });

const model = z.strictObject({
  id: soldNameField,
  name: modelField.name.optional(),
  vendor: modelField.vendor.optional(),
  context: modelField.tokens.optional(),
  max_output: modelField.tokens.optional(),
  endpoints: modelField.endpoints.optional(),
  aliases: modelField.aliases.optional(),
  fallbacks: modelField.fallbacks.optional(),
  preset: modelField.preset.optional(),
  limits: limitsField.optional(),
  enabled: z.boolean().optional(),
  price: words.optional(),
  ratio: words.optional(),
}).superRefine((entry, context) => {
  for (const field of WILDCARD_LACKS) {
    if (isWildcard(entry.id) && has(entry[field])) context.addIssue({ code: "custom", path: [field], message: "is nothing for a wildcard: the names that it stands for are the vendor's" });
  }
});

const has = (value: unknown): boolean => value !== undefined && (!Array.isArray(value) || value.length > 0);

const envName = z.string().regex(/^[A-Za-z_][A-Za-z0-9_]*$/, "must be the name of a variable");
const upstreamKey = z.union([
  channelField.key.transform((secret) => ({ secret })),
  z.strictObject({ env: envName }),
  z.strictObject({ fingerprint: z.string().regex(/^[0-9a-f]{8}$/) }),
], { error: "must be a key, { env: NAME } or { fingerprint: … }" });

const channel = z.strictObject({
  name: channelField.name,
  provider: z.string(),
  base_url: channelField.baseUrl.optional(),
  protocol: channelField.protocol.optional(),
  keys: listOf(upstreamKey).optional(),
  key_mode: channelField.keyMode.optional(),
  models: z.union([
    z.array(soldNameField).transform((names) => new Map(names.map((name) => [name, ownUpstream(name)]))),
    channelField.models.transform((names) => new Map(Object.entries(names))),
  ], { error: "must be a list of names or { shop-name: upstream-name }" }).optional(),
  groups: z.array(z.string()).optional(),
  priority: channelField.priority.optional(),
  weight: channelField.weight.optional(),
  cost: words.optional(),
  limits: channelField.limits.optional(),
  timeouts: channelField.timeouts.optional(),
  settings: channelSettingsField.optional(),
  enabled: z.boolean().optional(),
});

const given = (kind: "api-key" | "management-token") =>
  z.string({ error: "must be text" }).superRefine((secret, context) => {
    const problem = problemOfGivenSecret(secret, kind);
    if (problem) context.addIssue({ code: "custom", message: problem });
  });

const key = z.strictObject({
  name: nameField(100),
  secret: given("api-key").optional(),
  models: z.array(z.string().min(1).max(200)).optional(),
  endpoints: z.array(z.enum(ENDPOINTS)).optional(),
  scopes: z.array(z.enum(KEY_SCOPES)).optional(),
  group: z.string().optional(),
  cidrs: z.array(cidrField).optional(),
  budget: listOf(budgetField).optional(),
  limits: limitsField.optional(),
  expires: instantField.optional(),
  enabled: z.boolean().optional(),
});

const credit = z.strictObject({
  amount: positiveUsdField,
  id: z.string().regex(/^[A-Za-z0-9._-]{1,100}$/, "must be 1 to 100 letters, digits, dots and dashes"),
  expires: instantField.optional(),
});

const user = z.strictObject({
  email: z.email().max(254).transform((email) => email.trim().toLowerCase()),
  name: nameField(200).optional(),
  password: z.string({ error: "must be text" }).min(8, "must have at least 8 characters").max(128).optional(),
  role: z.enum(ROLES).optional(),
  group: z.string().optional(),
  enabled: z.boolean().optional(),
  limits: limitsField.optional(),
  budget: listOf(budgetField).optional(),
  credit: listOf(credit).optional(),
  keys: z.array(key).optional(),
});

const codeTerms = {
  amount: positiveUsdField,
  uses: countField(1, 1_000_000_000).optional(),
  per_user: countField(1, 1_000_000_000).optional(),
  expires: instantField.optional(),
  enabled: z.boolean().optional(),
};
const codeText = z.string({ error: "must be text" }).regex(CODE_PATTERN, "must be 4 to 64 letters, digits and dashes");

/** A code to redeem: body of `POST /api/v1/codes`, and entry of the store file. */
export const codeField = z.strictObject({ code: codeText, ...codeTerms });
/** `{ id }` is written by `export`, where the code itself is not known any more. */
const fileCode = z.strictObject({ code: z.union([codeText, z.strictObject({ id: z.uuid() })], { error: "must be 4 to 64 letters, digits and dashes" }), ...codeTerms });

const managementToken = z.strictObject({
  name: nameField(100),
  secret: given("management-token").optional(),
  role: z.enum(STAFF_ROLES),
  cidrs: z.array(cidrField).optional(),
  expires: instantField.optional(),
  enabled: z.boolean().optional(),
});

/** The whole file. Strict throughout: an unknown field is a typing error that would silently do nothing. */
export const storeFileSchema = z.strictObject({
  // their members are settings, checked by path
  shop: words.optional(),
  settings: words.optional(),
  groups: z.record(groupField.name, group.nullable().transform((value) => value ?? {})).optional(),
  models: z.array(model).optional(),
  channels: z.array(channel).optional(),
  users: z.array(user).optional(),
  codes: z.array(fileCode).optional(),
  management_tokens: z.array(managementToken).optional(),
});

export type StoreFile = z.output<typeof storeFileSchema>;
export type FileGroup = z.output<typeof group>;
export type FileModel = z.output<typeof model>;
export type FileChannel = z.output<typeof channel>;
export type FileUser = z.output<typeof user>;
export type FileKey = z.output<typeof key>;
export type FileCode = NonNullable<StoreFile["codes"]>[number];
export type FileToken = z.output<typeof managementToken>;
