"use client";
export { FailedPage as default } from "#ui/layout/page-states.client.tsx";
