import { batch } from "@preact/signals";
import type { JournalEntry } from "../../../client/index.ts";
import { joined } from "../loadedPages.ts";
import { control, olderRequests, requests } from "../sandbox.ts";

// Keeps the list of requests, newest first, that the page holds.

/** How many requests the page holds. Older requests are in the journal. */
const MAX_REQUESTS = 500;
/** How many requests the page holds after older ones were loaded. */
const MOST_REQUESTS = 5000;
const PAGE_SIZE = 50;
/** The most requests that the journal gives at once. */
const LARGEST_PAGE = 100;

const idOf = ({ requestId }: JournalEntry) => requestId;

/** Requests that came while the list was loading; these may be newer. */
const overtaking: JournalEntry[] = [];
let isLoading = false;
/** Whether requests at the end of the list were dropped, so that the next page does not follow the list. */
let isCut = false;
let hasLoadedOlder = false;

/** Loads the newest requests in place of the list. */
export async function loadRequests(): Promise<void> {
  overtaking.length = 0;
  isLoading = true;
  try {
    const page = await control().requests.list({}, { limit: PAGE_SIZE });
    isCut = hasLoadedOlder = false;
    show([...overtaking.toReversed(), ...page.requests], page.nextToken);
  } finally {
    isLoading = false;
  }
}

/** Appends the journal's next page to the list. */
export async function loadOlderRequests(): Promise<void> {
  if (isCut) return loadLonger();
  const nextToken = olderRequests.value;
  if (nextToken === undefined) return;
  const page = await control().requests.list({}, { limit: PAGE_SIZE, nextToken });
  // The list was loaded anew or cut meanwhile, so the page does not follow it.
  if (olderRequests.value !== nextToken || isCut) return;
  hasLoadedOlder = true;
  show([...requests.value, ...page.requests], page.nextToken);
}

/** Loads the list from its beginning until it is longer than it was, since no token leads to what was dropped. */
async function loadLonger(): Promise<void> {
  const wanted = Math.min(requests.value.length + PAGE_SIZE, MOST_REQUESTS);
  const loaded: JournalEntry[] = [];
  let nextToken: string | undefined;
  do {
    const page = await control().requests.list(
      {},
      { limit: LARGEST_PAGE, ...(nextToken === undefined ? {} : { nextToken }) },
    );
    loaded.push(...page.requests);
    nextToken = page.nextToken;
  } while (nextToken !== undefined && loaded.length < wanted);
  isCut = false;
  hasLoadedOlder = true;
  const newest = loaded[0]?.time ?? "";
  const newer = requests.value.filter(({ time }) => time > newest);
  show([...newer, ...loaded], nextToken);
}

function show(entries: readonly JournalEntry[], nextToken: string | undefined): void {
  batch(() => {
    requests.value = joined([], entries, idOf);
    olderRequests.value = nextToken;
  });
}

/** Puts requests that the feed told, oldest first, in the list. */
export function addRequests(received: readonly JournalEntry[]): void {
  if (isLoading) overtaking.push(...received);
  const held = joined(received.toReversed(), requests.value, idOf);
  const most = hasLoadedOlder ? MOST_REQUESTS : MAX_REQUESTS;
  isCut ||= held.length > most;
  requests.value = held.slice(0, most);
}
