import { expect, test } from "vitest";
import type { ChannelSettings } from "#channels/channel-settings.ts";
import { withChannelFlags } from "#relay/policy/route-policy.ts";
import { providers } from "#relay/providers/index.ts";

const provider = providers.get("openai-compatible")!;

test.each<[ChannelSettings, object]>([
  [{ eof_is_end: true }, { eofIsEnd: true }],
  [{ eof_is_end: false }, { eofIsEnd: false }],
  [{ reasoning_field: "enable_thinking" }, { reasoningParam: "enable_thinking" }],
  [{ max_tokens_name: "max_completion_tokens" }, { maxTokensName: "max_completion_tokens" }],
  [{ supports_stream_options: true }, { streamOptions: "required" }],
  [{ supports_stream_options: false }, { streamOptions: "none" }],
  [{ allow_service_tier: true }, { serviceTier: true }],
  [{ allow_user_id: true }, { userIds: true }],
  [{ transcript: true }, { transcript: true }],
])("what the operator knows of his channel goes before what is known of its vendor: %j", (settings, flags) => {
  const own = withChannelFlags(provider, settings);
  expect(own.flags).toEqual({ ...provider.flags, ...flags });
  expect({ ...own, flags: provider.flags }).toEqual(provider);
});

test("who says nothing has the vendor as it is", () => {
  expect(withChannelFlags(provider, { hide_ids: true })).toBe(provider);
});
