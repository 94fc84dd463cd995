import { csvUsd, type CsvColumn } from "#reports/csv.ts";
import type { OwnRequest } from "#reports/requests.store.ts";

/** The columns of a customer's export. Their names and order are a promise: add at the end only. */
export const ownRequestColumns: readonly CsvColumn<OwnRequest>[] = [
  { header: "id", value: ({ id }) => id },
  { header: "time", value: ({ at }) => at },
  { header: "status", value: ({ status }) => status },
  { header: "outcome", value: ({ outcome }) => outcome },
  { header: "http_status", value: ({ httpStatus }) => httpStatus },
  { header: "error_code", value: ({ errorCode }) => errorCode },
  { header: "model", value: ({ model }) => model },
  { header: "model_asked", value: ({ model, modelAsked }) => modelAsked ?? model },
  { header: "key", value: ({ key }) => (key?.internal ? "playground" : key?.name) },
  { header: "endpoint", value: ({ endpoint }) => endpoint },
  { header: "stream", value: ({ stream }) => stream },
  { header: "input_tokens", value: ({ input }) => input },
  { header: "cached_tokens", value: ({ cached }) => cached },
  { header: "output_tokens", value: ({ output }) => output },
  { header: "first_token_ms", value: ({ ttftMs }) => ttftMs },
  { header: "duration_ms", value: ({ latencyMs }) => latencyMs },
  { header: "charge_usd", value: ({ chargeNano }) => csvUsd(chargeNano) },
];
