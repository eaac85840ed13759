import { effect, signal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import type { AuditEntry } from "../../../client/index.ts";
import { continued, joined, type LoadedPages } from "../loadedPages.ts";
import { auditedChanges, connection, control, role } from "../sandbox.ts";
import { text } from "../text/text.ts";

const PAGE_SIZE = 50;
/** How long the page waits before it loads again because of further changes, in milliseconds. */
const AGAIN_AFTER_MS = 300;

/** The latest changes by the control plane, and the token of the next page; undefined until they are loaded. */
export const audit = signal<LoadedPages<AuditEntry> | undefined>(undefined);

export const idOf = ({ requestId }: AuditEntry) => requestId;

async function load(): Promise<void> {
  const page = await control()
    .audit.list({ limit: PAGE_SIZE })
    .catch(() => undefined);
  // The connection tells when it failed.
  if (page === undefined) return;
  const loaded: LoadedPages<AuditEntry> = { list: page.entries, nextToken: page.nextToken };
  audit.value = continued(loaded, audit.value, idOf);
}

let isLoadingOlder = false;

/** Loads the next page of older changes. */
export async function loadOlderChanges(): Promise<void> {
  const nextToken = audit.value?.nextToken;
  if (nextToken === undefined || isLoadingOlder) return;
  isLoadingOlder = true;
  try {
    const page = await control().audit.list({ limit: PAGE_SIZE, nextToken });
    if (audit.value?.nextToken !== nextToken) return;
    audit.value = { list: joined(audit.value.list, page.entries, idOf), nextToken: page.nextToken };
  } catch {
    // The connection tells.
  } finally {
    isLoadingOlder = false;
  }
}

/** Keeps the audit in step with the sandbox while a component is drawn. A visitor may not read it. */
export function useAudit(): void {
  useEffect(() => {
    let timer: ReturnType<typeof setTimeout> | undefined;
    const stop = effect(() => {
      void auditedChanges.value;
      if (role.value === undefined || role.value === "visitor") return;
      if (connection.value === "disconnected" || timer !== undefined) return;
      timer = setTimeout(
        () => {
          timer = undefined;
          void load();
        },
        audit.peek() === undefined ? 0 : AGAIN_AFTER_MS,
      );
    });
    return () => {
      stop();
      clearTimeout(timer);
    };
  }, []);
}

/** What was done, in words; an operation that has none is named. */
export function doneText({ operation }: AuditEntry): string {
  const words: Readonly<Record<string, string>> = text().audit.operations;
  return words[operation] ?? operation;
}

/** Who did it, as far as the credentials tell. */
export function whoText({ actor: { role: its, generation, name } }: AuditEntry): string {
  const words = text().audit;
  const who = words.roles[its];
  const which = generation === undefined ? who : words.generation(who, generation);
  return name === undefined ? which : text().punctuation.labelled(which, name);
}
