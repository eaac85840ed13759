import { signal } from "@preact/signals";
import { remember, remembered } from "../preferences.ts";

/** A sandbox that was made in this browser. */
export interface RecentSandbox {
  readonly id: string;
  /** The page's address, with the token to control. */
  readonly link: string;
  /** RFC 3339. */
  readonly madeAt: string;
}

/** How many are remembered. */
const MOST = 20;

const NAME = "sandboxes";

/** The sandboxes that this browser remembers, newest first; undefined unless the person has said that it may. */
export const recent = signal<readonly RecentSandbox[] | undefined>(loaded());

function loaded(): readonly RecentSandbox[] | undefined {
  const kept = remembered(NAME);
  if (kept === undefined) return undefined;
  try {
    const list: unknown = JSON.parse(kept);
    return Array.isArray(list) ? list.filter(isRecent) : [];
  } catch {
    return [];
  }
}

function isRecent(value: unknown): value is RecentSandbox {
  const { id, link, madeAt } = (value ?? {}) as Partial<RecentSandbox>;
  // A link that is no web address of this server is not one that this page has kept.
  return (
    typeof id === "string" &&
    typeof madeAt === "string" &&
    typeof link === "string" &&
    URL.canParse(link) &&
    new URL(link).origin === location.origin
  );
}

/** Allows this browser to remember sandboxes, or forgets all of them. */
export function allowRemembering(isAllowed: boolean): void {
  keep(isAllowed ? [] : undefined);
}

/** Remembers a sandbox that was made, if the person has allowed it. */
export function rememberSandbox(made: RecentSandbox): void {
  if (recent.value !== undefined) {
    keep([made, ...recent.value.filter(({ id }) => id !== made.id)].slice(0, MOST));
  }
}

/** Forgets a sandbox that is gone. */
export function forgetSandbox(id: string): void {
  if (recent.value?.some((one) => one.id === id)) keep(recent.value.filter((one) => one.id !== id));
}

/** Remembers the new link to a sandbox that is remembered. */
export function relinkSandbox(id: string, link: string): void {
  if (recent.value?.some((one) => one.id === id)) {
    keep(recent.value.map((one) => (one.id === id ? { ...one, link } : one)));
  }
}

function keep(list: readonly RecentSandbox[] | undefined): void {
  remember(NAME, list && JSON.stringify(list));
  recent.value = list;
}
