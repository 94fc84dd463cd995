export { IdText } from "#ui/kit/id-text.client.tsx";
