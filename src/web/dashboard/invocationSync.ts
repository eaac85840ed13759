import { titleOf } from "./configs.ts";
import { hasEnded, invocationKey, type ShownInvocation, withStates } from "./invocations.ts";
import { announcement, control, invocations } from "./sandbox.ts";

const PAGE_SIZE = 100;
/** The feed tells of so many invocations of a function at once, even when more have changed. */
const TOLD_AT_ONCE = 50;

/** The states of invocations that came while the invocations were loading; these may be newer. */
const overtaking: ShownInvocation[] = [];
let isLoading = false;

/** Loads the newest invocations. */
export async function loadInvocations(): Promise<void> {
  overtaking.length = 0;
  isLoading = true;
  try {
    const page = await control().invocations.list({}, { limit: PAGE_SIZE });
    const loaded = { list: page.invocations, hasOlder: page.nextToken !== undefined };
    invocations.value = withStates(loaded, overtaking);
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
  const known = invocations.value.list.find((one) => ended && invocationKey(one) === invocationKey(ended));
  invocations.value = withStates(invocations.value, states);
  if (ended && !(known && hasEnded(known))) {
    announcement.value = `Invocation ended: ${titleOf(ended)}, ${ended.status}`;
  }
}
