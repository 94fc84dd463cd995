type Version = Readonly<{ path: string; domain: string }>;

/** Where each model is, and the word by which the request names it. @see iFlytek Spark, "WebSocket interface" */
const VERSIONS: Readonly<Record<string, Version>> = {
  lite: { path: "/v1.1/chat", domain: "lite" },
  generalv2: { path: "/v2.1/chat", domain: "generalv2" },
  generalv3: { path: "/v3.1/chat", domain: "generalv3" },
  "pro-128k": { path: "/chat/pro-128k", domain: "pro-128k" },
  "generalv3.5": { path: "/v3.5/chat", domain: "generalv3.5" },
  "max-32k": { path: "/chat/max-32k", domain: "max-32k" },
  "4.0ultra": { path: "/v4.0/chat", domain: "4.0Ultra" },
  x1: { path: "/v1/x1", domain: "x1" },
};

/** Names that the models are sold under. */
const NAMES: Readonly<Record<string, string>> = {
  "spark-lite": "lite", "spark-pro": "generalv3", "spark-pro-128k": "pro-128k", "spark-max": "generalv3.5", "spark-max-32k": "max-32k",
  "spark-4.0-ultra": "4.0ultra", "spark-ultra": "4.0ultra", "spark-x1": "x1",
  "sparkdesk-v1.1": "lite", "sparkdesk-v2.1": "generalv2", "sparkdesk-v3.1": "generalv3", "sparkdesk-v3.1-128k": "pro-128k",
  "sparkdesk-v3.5": "generalv3.5", "sparkdesk-v3.5-32k": "max-32k", "sparkdesk-v4.0": "4.0ultra",
};

/** @returns undefined for a name that is no model's */
export function versionOf(model: string): Version | undefined {
  const name = model.toLowerCase();
  return VERSIONS[NAMES[name] ?? name];
}
