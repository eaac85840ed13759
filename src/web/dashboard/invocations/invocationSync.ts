import { titleOf } from "../configs/configs.ts";
import { continued } from "../loadedPages.ts";
import { announcement, control, invocations } from "../sandbox.ts";
import { text } from "../text/text.ts";
import {
  hasEnded,
  invocationId,
  type ListedInvocations,
  type ShownInvocation,
  withOlder,
  withStates,
} from "./invocations.ts";

const PAGE_SIZE = 100;
/** The feed tells of so many invocations of a function at once, even when more have changed. */
const TOLD_AT_ONCE = 50;

/** The states of invocations that came while the invocations were loading; these may be newer. */
const overtaking: ShownInvocation[] = [];
let isLoading = false;

/** Whether the invocations after the first page are still those that were loaded. */
let keepsOlder = true;

/** Says that invocations may have been deleted, so that the next load keeps none of those that were loaded. */
export function forgetOlderInvocations(): void {
  keepsOlder = false;
}

/** Loads the newest invocations, and keeps the older ones that were loaded. */
export async function loadInvocations(): Promise<void> {
  overtaking.length = 0;
  isLoading = true;
  try {
    const page = await control().invocations.list({}, { limit: PAGE_SIZE });
    const { nextToken } = page;
    const loaded: ListedInvocations = {
      list: page.invocations,
      hasOlder: nextToken !== undefined,
      nextToken,
    };
    invocations.value = withStates(
      keepsOlder ? continued(loaded, invocations.value, invocationId) : loaded,
      overtaking,
    );
    keepsOlder = true;
  } finally {
    isLoading = false;
  }
}

let told = 0;

/** Whether the feed told so much since the last call that it may have left out something. */
export function mayHaveMissed(): boolean {
  const many = told >= TOLD_AT_ONCE;
  told = 0;
  return many;
}

/** Applies states of invocations, which the feed told. Announces the last one that ended. */
export function takeInvocations(states: readonly ShownInvocation[]): void {
  if (states.length === 0) return;
  told += states.length;
  if (isLoading) overtaking.push(...states);
  const ended = states.findLast(hasEnded);
  const known = invocations.value.list.find((one) => ended && invocationId(one) === invocationId(ended));
  invocations.value = withStates(invocations.value, states);
  if (ended && !(known && hasEnded(known))) {
    announcement.value = text().invocations.ended(titleOf(ended), ended.status);
  }
}

let isLoadingOlder = false;

/** Loads the next page of older invocations. */
export async function loadOlderInvocations(): Promise<void> {
  const { nextToken } = invocations.value;
  if (nextToken === undefined || isLoadingOlder) return;
  isLoadingOlder = true;
  try {
    const page = await control().invocations.list({}, { limit: PAGE_SIZE, nextToken });
    if (invocations.value.nextToken === nextToken) invocations.value = withOlder(invocations.value, page);
  } catch {
    // The connection tells.
  } finally {
    isLoadingOlder = false;
  }
}
