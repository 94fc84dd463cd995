export { CODE_PATTERN, generateCode, hintOf, normalCode } from "#payments/code-form.ts";
export { codeHash, createCode, findCode, listCodes, listSingleCodes, updateCode } from "#payments/codes.store.ts";
export type { CodeBucket, CodeTerms, CodeView } from "#payments/codes.store.ts";
export { RedeemError, redeemCode } from "#payments/redeem.store.ts";
export type { Redemption, RedeemProblem } from "#payments/redeem.store.ts";
export { createWrongTries } from "#payments/wrong-tries.ts";
export type { WrongTries } from "#payments/wrong-tries.ts";
