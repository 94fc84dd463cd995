/** Next's dev server: pages are compiled as they are asked for. Replaced by a constant in builds. */
export const isDevelopment = process.env.NODE_ENV === "development";
