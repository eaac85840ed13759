import { type ApiVersion, VERSION_IDS, versionById } from "../fc/versions.ts";
import { pathInSandbox } from "../http/selection.ts";
import type { JournalEntry } from "../journal/entry.ts";

/** The journal entries that a document is made of. */
export interface Exported {
  /** The newest first. */
  readonly entries: readonly JournalEntry[];
  /** The token of the entries that follow; undefined when these are all. */
  readonly nextToken: string | undefined;
}

/** An entry's path without the sandbox's prefix, and its query without the "?". */
export function targetOf({ url }: JournalEntry): { readonly path: string; readonly query: string } {
  const [, path = "", query = ""] = /^([^?]*)\??(.*)$/s.exec(url) ?? [];
  return { path: pathInSandbox(path), query };
}

/** The body that the client got, as far as the journal has it: the journal also has a body that HTTP did not send. */
export function sentBody({ method, status, responseBody }: JournalEntry): string {
  return method === "HEAD" || [204, 205, 304].includes(status) ? "" : responseBody;
}

/** The API version of an entry. */
export function versionOf({ version }: JournalEntry): ApiVersion {
  return versionById(VERSION_IDS.find((id) => id === version) ?? VERSION_IDS[0]);
}
