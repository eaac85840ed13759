/** What this tab keeps the key of an invitation under. */
const KEPT = "fc-sandbox:invitation";

/** The invitation key that was entered in this tab; empty without one. */
export function keptInvitation(): string {
  try {
    return sessionStorage.getItem(KEPT) ?? "";
  } catch {
    return "";
  }
}

/** Keeps an invitation key as long as this tab is open; an empty one forgets it. */
export function keepInvitation(key: string): void {
  try {
    if (key === "") sessionStorage.removeItem(KEPT);
    else sessionStorage.setItem(KEPT, key);
  } catch {
    // The browser keeps nothing for this page: then the form alone has the key.
  }
}
