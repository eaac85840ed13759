/** The parts of a sandbox that can be reset separately. */
export const PARTS = [
  "configs",
  "journal",
  "faults",
  "outcomes",
  "invocations",
  "deliveries",
  "clock",
  "settings",
  "functions",
] as const;
export type Part = (typeof PARTS)[number];
