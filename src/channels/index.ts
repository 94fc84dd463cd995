export { channelKeyAad, disableChannelKey, setChannelKeys } from "#channels/channel-keys.store.ts";
export type { ChannelKeyInput, Sealer } from "#channels/channel-keys.store.ts";
export { createChannel, dropCost, publishCost, setChannelGroups, setChannelModels, updateChannel } from "#channels/channels.store.ts";
export type { ChannelFields } from "#channels/channels.store.ts";
export { channelField, KEY_MODES, PROTOCOLS } from "#channels/fields.ts";
export { bookTest } from "#channels/book-test.store.ts";
export { readProbeSubject, saveLastTest } from "#channels/probe-target.store.ts";
export type { ProbeSubject } from "#channels/probe-target.store.ts";
