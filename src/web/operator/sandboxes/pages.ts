import type { Sandboxes } from "../../../documents/responseBodies.ts";
import type { RegisteredSandbox, SandboxesQuery } from "../../../state/registry.ts";
import type { LoadedPages } from "../../dashboard/loadedPages.ts";
import type { Filters } from "../route.ts";
import { ask } from "../session.ts";

/** How many pages with nothing in them are read before the operator is asked whether to read on. */
const MOST_EMPTY_PAGES = 5;

/** A query of the list, as it is sent: the server says what is wrong with it. */
type Query = Readonly<Partial<Record<keyof SandboxesQuery, string>>>;

export type SandboxPages = LoadedPages<RegisteredSandbox>;

/** The next page with something in it, if it comes soon: the server may send empty pages before it. */
export async function pageOf(query: Query, limit: number, after?: string): Promise<SandboxPages> {
  let nextToken = after;
  for (let read = 0; read < MOST_EMPTY_PAGES; read++) {
    const given = new URLSearchParams({ ...query, limit: String(limit) });
    if (nextToken !== undefined) given.set("nextToken", nextToken);
    const page = await ask<Sandboxes>("GET", `/sandboxes?${given}`);
    nextToken = page.nextToken;
    if (page.sandboxes.length > 0 || nextToken === undefined) return { list: page.sandboxes, nextToken };
  }
  return { list: [], nextToken };
}

const DAY_MS = 86_400_000;

/** The spans of time that lists are filtered by, as the page's address has them: up to so many days ago, or before. */
export const spans = ["1", "7", "30", "over-1", "over-7", "over-30", "over-90"] as const;

/** The days of a span, and whether it is the time before them. */
export function spanOf(span: string): { readonly days: number; readonly isBefore: boolean } | undefined {
  const found = spans.find((one) => one === span);
  return found && { days: Number(found.replace("over-", "")), isBefore: found.startsWith("over-") };
}

/** The query that filters of the page's address make. What the server may refuse stays as it was entered. */
export function queryOf(filters: Filters, now: number): Query {
  const { label, team, minBytes, throttled, created, used, sort } = filters;
  const given = {
    sort,
    label: label?.toLowerCase(),
    team,
    minBytes,
    throttled,
    ...bounds("created", created, now),
    ...bounds("used", used, now),
  };
  return Object.fromEntries(Object.entries(given).filter(([, value]) => value));
}

function bounds(what: "created" | "used", span: string | undefined, now: number): Record<string, string> {
  const found = spanOf(span ?? "");
  if (found === undefined) return {};
  const time = new Date(now - found.days * DAY_MS).toISOString();
  return { [`${what}${found.isBefore ? "Before" : "After"}`]: time };
}
