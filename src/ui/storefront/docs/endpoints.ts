/** One address of the relay, with a request and the answer to it. */
export type Endpoint = Readonly<{
  /** Names its sentence in the messages. */
  id: string;
  method: "GET" | "POST";
  path: string;
  request?: string;
  answer: string;
}>;

const USAGE = `"usage": {
    "prompt_tokens": 9,
    "completion_tokens": 2,
    "total_tokens": 11,
    "prompt_tokens_details": {"cached_tokens": 0},
    "completion_tokens_details": {"reasoning_tokens": 0}
  }`;

/** In the order of the page. What this shop's relay does not answer is left out when the page is made. */
export const ENDPOINTS: readonly Endpoint[] = [
  {
    id: "chat", method: "POST", path: "/v1/chat/completions",
    request: `{
  "model": "{model}",
  "messages": [
    {"role": "system", "content": "Answer in one word."},
    {"role": "user", "content": "Capital of Ireland?"}
  ],
  "max_tokens": 100
}`,
    answer: `{
  "id": "chatcmpl-...",
  "object": "chat.completion",
  "created": 1795246694,
  "model": "{model}",
  "choices": [{
    "index": 0,
    "message": {"role": "assistant", "content": "Dublin"},
    "finish_reason": "stop"
  }],
  ${USAGE}
}`,
  },
  {
    id: "completions", method: "POST", path: "/v1/completions",
    request: `{
  "model": "{model}",
  "prompt": "The capital of Ireland is",
  "max_tokens": 5
}`,
    answer: `{
  "id": "cmpl-...",
  "object": "text_completion",
  "created": 1795246694,
  "model": "{model}",
  "choices": [{
    "index": 0,
    "text": " Dublin.",
    "logprobs": null,
    "finish_reason": "stop"
  }],
  ${USAGE}
}`,
  },
  {
    id: "responses", method: "POST", path: "/v1/responses",
    request: `{"model": "{model}", "input": "Capital of Ireland?"}`,
    answer: `{
  "id": "resp_...",
  "object": "response",
  "created_at": 1795246694,
  "status": "completed",
  "model": "{model}",
  "output": [{
    "id": "msg_...",
    "type": "message",
    "status": "completed",
    "role": "assistant",
    "content": [{"type": "output_text", "text": "Dublin", "annotations": []}]
  }],
  "usage": {
    "input_tokens": 9,
    "input_tokens_details": {"cached_tokens": 0},
    "output_tokens": 2,
    "output_tokens_details": {"reasoning_tokens": 0},
    "total_tokens": 11
  }
}`,
  },
  { id: "responses-count", method: "POST", path: "/v1/responses/input_tokens", request: `{"model": "{model}", "input": "Capital of Ireland?"}`, answer: `{"object": "response.input_tokens", "input_tokens": 9}` },
  {
    id: "messages", method: "POST", path: "/v1/messages",
    request: `{
  "model": "{model}",
  "max_tokens": 100,
  "messages": [{"role": "user", "content": "Capital of Ireland?"}]
}`,
    answer: `{
  "id": "msg_...",
  "type": "message",
  "role": "assistant",
  "model": "{model}",
  "content": [{"type": "text", "text": "Dublin"}],
  "stop_reason": "end_turn",
  "stop_sequence": null,
  "usage": {
    "input_tokens": 9,
    "cache_creation_input_tokens": 0,
    "cache_read_input_tokens": 0,
    "output_tokens": 2
  }
}`,
  },
  { id: "messages-count", method: "POST", path: "/v1/messages/count_tokens", request: `{"model": "{model}", "messages": [{"role": "user", "content": "Capital of Ireland?"}]}`, answer: `{"input_tokens": 9}` },
  {
    id: "gemini", method: "POST", path: "/v1beta/models/{model}:generateContent",
    request: `{"contents": [{"role": "user", "parts": [{"text": "Capital of Ireland?"}]}]}`,
    answer: `{
  "candidates": [{
    "index": 0,
    "content": {"role": "model", "parts": [{"text": "Dublin"}]},
    "finishReason": "STOP"
  }],
  "usageMetadata": {"promptTokenCount": 9, "candidatesTokenCount": 2, "totalTokenCount": 11},
  "modelVersion": "{model}",
  "responseId": "..."
}`,
  },
  {
    id: "gemini-stream", method: "POST", path: "/v1beta/models/{model}:streamGenerateContent",
    request: `{"contents": [{"role": "user", "parts": [{"text": "Capital of Ireland?"}]}]}`,
    answer: `[
  {"candidates": [{"index": 0, "content": {"role": "model", "parts": [{"text": "Dub"}]}}], "modelVersion": "{model}"},
  {
    "candidates": [{"index": 0, "content": {"role": "model", "parts": [{"text": "lin"}]}, "finishReason": "STOP"}],
    "usageMetadata": {"promptTokenCount": 9, "candidatesTokenCount": 2, "totalTokenCount": 11},
    "modelVersion": "{model}"
  }
]`,
  },
  {
    id: "gemini-count", method: "POST", path: "/v1beta/models/{model}:countTokens",
    request: `{"contents": [{"role": "user", "parts": [{"text": "Capital of Ireland?"}]}]}`,
    answer: `{"totalTokens": 9, "promptTokensDetails": [{"modality": "TEXT", "tokenCount": 9}]}`,
  },
  {
    id: "embeddings", method: "POST", path: "/v1/embeddings",
    request: `{
  "model": "{embedding}",
  "input": "The sky is blue."
}`,
    answer: `{
  "object": "list",
  "data": [{
    "object": "embedding",
    "index": 0,
    "embedding": [0.0123, -0.0456, "..."]
  }],
  "model": "{embedding}",
  "usage": {"prompt_tokens": 5, "total_tokens": 5}
}`,
  },
  {
    id: "images", method: "POST", path: "/v1/images/generations",
    request: `{
  "model": "{image}",
  "prompt": "A lighthouse at dusk",
  "n": 1,
  "size": "1024x1024"
}`,
    answer: `{
  "created": 1795246694,
  "size": "1024x1024",
  "quality": "high",
  "data": [{"b64_json": "iVBORw0KGgo..."}],
  "usage": {
    "input_tokens": 12,
    "output_tokens": 4160,
    "total_tokens": 4172,
    "input_tokens_details": {"text_tokens": 12, "image_tokens": 0}
  }
}`,
  },
  { id: "image-edits", method: "POST", path: "/v1/images/edits", answer: `{"created": 1795246694, "data": [{"b64_json": "iVBORw0KGgo..."}]}` },
  { id: "image-variations", method: "POST", path: "/v1/images/variations", answer: `{"created": 1795246694, "data": [{"url": "https://..."}]}` },
  { id: "audio", method: "POST", path: "/v1/audio/speech", request: `{"model": "{speech}", "voice": "alloy", "input": "The light is on.", "stream_format": "sse"}`, answer: `{"type": "speech.audio.delta", "audio": "SUQzBAAAAAAA..."}` },
  { id: "transcriptions", method: "POST", path: "/v1/audio/transcriptions", answer: `{"text": "The light is on.", "usage": {"type": "duration", "seconds": 2}}` },
  { id: "translations", method: "POST", path: "/v1/audio/translations", answer: `{"text": "The light is on."}` },
  {
    id: "rerank", method: "POST", path: "/v1/rerank",
    request: `{
  "model": "{ranking}",
  "query": "What colour is the sky?",
  "documents": ["Grass is green.", "The sky is blue."],
  "top_n": 1
}`,
    answer: `{
  "id": "...",
  "model": "{ranking}",
  "object": "list",
  "results": [{"index": 1, "relevance_score": 0.98}],
  "usage": {"total_tokens": 21, "prompt_tokens": 21},
  "meta": {
    "api_version": {"version": "2"},
    "billed_units": {},
    "tokens": {"input_tokens": 21}
  }
}`,
  },
  {
    id: "realtime-key", method: "POST", path: "/v1/realtime/client_secrets",
    request: `{"session": {"type": "realtime", "model": "gpt-realtime", "instructions": "Be brief."}}`,
    answer: `{
  "value": "ek_...",
  "expires_at": 1795246754,
  "session": {
    "type": "realtime",
    "object": "realtime.session",
    "id": "sess_...",
    "model": "gpt-realtime",
    "instructions": "Be brief.",
    "expires_at": 0
  }
}`,
  },
  {
    id: "moderations", method: "POST", path: "/v1/moderations",
    request: `{"model": "{moderation}", "input": "Hello"}`,
    answer: `{
  "id": "modr-...",
  "model": "{moderation}",
  "results": [{
    "flagged": false,
    "categories": {"violence": false},
    "category_scores": {"violence": 0.0001}
  }]
}`,
  },
  {
    id: "videos", method: "POST", path: "/v1/videos",
    request: `{"model": "{video}", "prompt": "Waves at dusk", "seconds": "8", "size": "1280x720"}`,
    answer: `{
  "id": "video_01a1ff...",
  "object": "video",
  "model": "{video}",
  "status": "queued",
  "progress": 0,
  "created_at": 1795246694,
  "seconds": "8",
  "size": "1280x720"
}`,
  },
  { id: "video", method: "GET", path: "/v1/videos/{id}", answer: `{"id": "video_01a1ff...", "object": "video", "status": "completed", "progress": 100}` },
  {
    id: "models", method: "GET", path: "/v1/models",
    answer: `{
  "object": "list",
  "data": [{
    "id": "{model}",
    "object": "model",
    "created": 1795246439,
    "owned_by": "...",
    "pricing": {"prompt": "0.000001", "completion": "0.000005"}
  }]
}`,
  },
  {
    id: "model", method: "GET", path: "/v1/models/{id}",
    answer: `{
  "id": "{model}",
  "object": "model",
  "created": 1795246439,
  "owned_by": "...",
  "pricing": {"prompt": "0.000001", "completion": "0.000005"}
}`,
  },
  { id: "credits", method: "GET", path: "/v1/credits", answer: `{
  "data": {
    "total_credits": 10,
    "total_usage": 0.00001305,
    "balance": 9.99998695
  }
}` },
  { id: "key", method: "GET", path: "/v1/key", answer: `{
  "data": {
    "label": "app",
    "limit": 5,
    "limit_remaining": 4.99998695,
    "limit_reset": "daily",
    "usage": 0.00001305,
    "usage_daily": 0.00001305,
    "usage_weekly": 0.00001305,
    "usage_monthly": 0.00001305,
    "expires_at": null,
    "rate_limit": {"requests": 60, "interval": "1m"}
  }
}` },
  { id: "subscription", method: "GET", path: "/v1/dashboard/billing/subscription", answer: `{
  "object": "billing_subscription",
  "has_payment_method": true,
  "soft_limit_usd": 10,
  "hard_limit_usd": 10,
  "system_hard_limit_usd": 10,
  "access_until": 0
}` },
  { id: "billing-usage", method: "GET", path: "/v1/dashboard/billing/usage", answer: `{
  "object": "list",
  "total_usage": 123.46
}` },
  {
    id: "generation", method: "GET", path: "/v1/generation/{id}",
    answer: `{
  "data": {
    "id": "req_01M7YGN82SEFZ9MN363BS9MY4F",
    "created_at": "2026-11-21T07:38:14.489Z",
    "model": "{model}",
    "status": "ok",
    "usage": {"input": 9, "output": 2},
    "line_items": [
      {
        "bucket": "input",
        "quantity": 9,
        "unit_price_pico_usd": 1000000,
        "amount_nano_usd": 9000
      },
      {
        "bucket": "output",
        "quantity": 2,
        "unit_price_pico_usd": 5000000,
        "amount_nano_usd": 10000
      }
    ],
    "total_cost": 0.000019,
    "total_cost_nano_usd": 19000
  }
}`,
  },
];

/** Headers of every answer with the names of their sentences. */
export const HEADERS = [
  ["x-request-id", "request-id"], ["x-modelmart-cost-nano-usd", "cost"], ["x-modelmart-model", "model"], ["x-modelmart-attempts", "attempts"], ["x-modelmart-warn", "warn"],
  ["x-ratelimit-{limit,remaining,reset}-{requests,tokens}", "limits"], ["anthropic-ratelimit-{requests,tokens}-{limit,remaining,reset}", "anthropic-limits"], ["retry-after", "retry"],
] as const;
