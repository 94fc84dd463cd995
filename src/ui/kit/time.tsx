export { Time, type TimeForm } from "#ui/kit/time.client.tsx";
