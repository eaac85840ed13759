/** The parts of a sandbox that a reset can name. */
export const PARTS = ["configs", "journal", "faults", "clock", "settings", "functions"] as const;
export type Part = (typeof PARTS)[number];
