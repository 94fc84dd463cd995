export { UptimeBar, type UptimeDay } from "#ui/charts/uptime-bar.client.tsx";
