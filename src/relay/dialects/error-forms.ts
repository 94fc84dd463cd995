import * as anthropic from "#relay/dialects/anthropic/errors.ts";
import * as gemini from "#relay/dialects/gemini/errors.ts";
import { encodeError } from "#relay/dialects/openai-kit/errors.ts";
import type { RelayError } from "#relay/errors.ts";

/** Whose manners an answer has: its error bodies, its headers, its lists of models. */
export type Manner = "openai" | "anthropic" | "gemini";

/** How errors are told to a client, whatever was asked. */
export interface ErrorForm {
  readonly manner: Manner;
  /** HTTP status in this form. */
  errorStatus(error: RelayError): number;
  /** Error body; `requestId` in its text form. */
  encodeError(error: RelayError, requestId: string): object;
}

const ownStatus = (error: RelayError): number => error.status;

/** One per family of clients. */
export const errorForms: Readonly<Record<Manner, ErrorForm>> = {
  openai: { manner: "openai", errorStatus: ownStatus, encodeError },
  anthropic: { manner: "anthropic", errorStatus: anthropic.errorStatus, encodeError: anthropic.encodeError },
  gemini: { manner: "gemini", errorStatus: ownStatus, encodeError: gemini.encodeError },
};
