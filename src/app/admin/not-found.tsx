export { MissingPage as default } from "#ui/layout/page-states.client.tsx";
