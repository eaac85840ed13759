import type { AuditEntry } from "../../../client/index.ts";
import { pagedList } from "../pagedList.ts";
import { auditedChanges, control, role } from "../sandbox.ts";
import { text } from "../text/text.ts";

export const idOf = ({ requestId }: AuditEntry) => requestId;

/** The latest changes by the control plane. A visitor may not read them. */
export const {
  pages: audit,
  loadOlder: loadOlderChanges,
  useList: useAudit,
} = pagedList<AuditEntry>({
  read: async (asked) => {
    const { entries, nextToken } = await control().audit.list(asked);
    return { list: entries, nextToken };
  },
  idOf,
  follow: () => {
    void auditedChanges.value;
    return role.value !== undefined && role.value !== "visitor";
  },
});

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
