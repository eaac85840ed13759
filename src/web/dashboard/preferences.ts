// What this browser remembers of its user's choices. A browser may forbid it: then nothing is remembered.

const PREFIX = "fc-sandbox:";

/** A remembered text; undefined when there is none. */
export function remembered(name: string): string | undefined {
  try {
    return localStorage.getItem(PREFIX + name) ?? undefined;
  } catch {
    return undefined;
  }
}

/** Remembers a text; undefined forgets it. */
export function remember(name: string, text: string | undefined): void {
  try {
    if (text === undefined) localStorage.removeItem(PREFIX + name);
    else localStorage.setItem(PREFIX + name, text);
  } catch {
    // The choice lasts as long as the page.
  }
}
