export { channelKeyAad, disableChannelKey, setChannelKeys } from "#channels/channel-keys.store.ts";
export type { ChannelKeyInput, Sealer } from "#channels/channel-keys.store.ts";
export { createChannel, dropCost, publishCost, setChannelGroups, setChannelModels, updateChannel } from "#channels/channels.store.ts";
export type { ChannelFields } from "#channels/channels.store.ts";
