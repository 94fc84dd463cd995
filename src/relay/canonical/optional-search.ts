import type { ChatRequest } from "#relay/canonical/request.ts";

/**
 * May the vendor's search be left out? Coding tools offer it with every request beside functions of their own; a request
 * that offers nothing else, or wants something to be called, is about it.
 */
export const isSearchOptional = ({ tools, toolChoice }: ChatRequest): boolean =>
  toolChoice?.mode !== "required" && tools.some(({ type }) => type !== "builtin") && tools.every((tool) => tool.type !== "builtin" || tool.kind === "web-search");
