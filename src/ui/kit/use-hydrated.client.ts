"use client";
import { useSyncExternalStore } from "react";

const never = () => () => undefined;

/**
 * False on the server and in the first picture, then true. Components whose library writes style attributes are
 * shown as plain markup until then, because the content security policy refuses such attributes in HTML.
 */
export const useHydrated = (): boolean => useSyncExternalStore(never, () => true, () => false);
