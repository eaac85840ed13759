import type { JournalEntry } from "./entry.ts";

/** Where an entry is in a sandbox's journal: newest first by time, then by object, then by number. */
export interface Position {
  readonly time: string;
  readonly source: string;
  readonly number: number;
}

export interface Placed<E = JournalEntry> {
  readonly position: Position;
  readonly entry: E;
}

/** Where an entry is that was found, and how many characters it has as JSON. */
export interface Found {
  readonly position: Position;
  readonly characters: number;
}

/** An entry that does not match a filter, and why not. */
export interface NearMiss<E = JournalEntry> extends Placed<E> {
  readonly differences: readonly string[];
}

/** Up to `most` near misses with the fewest differences, the newest first among equals. */
export function nearest<E>(misses: readonly NearMiss<E>[], most: number): NearMiss<E>[] {
  const order = (a: NearMiss<E>, b: NearMiss<E>) =>
    a.differences.length - b.differences.length || comparePositions(a.position, b.position);
  return misses.toSorted(order).slice(0, most);
}

/** Whether an entry comes after a position in the journal's order: it is older. */
export function isAfter(entry: Position, position: Position): boolean {
  return comparePositions(entry, position) > 0;
}

/** Newest first. */
export function comparePositions(a: Position, b: Position): number {
  if (a.time !== b.time) return a.time < b.time ? 1 : -1;
  if (a.source !== b.source) return a.source < b.source ? 1 : -1;
  return b.number - a.number;
}
