/** The sandbox of every request that names none. */
export const DEFAULT_SANDBOX = "default";
