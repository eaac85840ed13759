import { type Key, nextNumber, path } from "./writer.ts";

/** A GET that was sent. Times are of the test's own clock, in milliseconds. */
export interface Read {
  /** Different from that of every other request of the test; also sent as the header X-Write. */
  readonly number: number;
  /** When it was answered, or else when the kill was over. */
  readonly endedAt: number;
}

/** Gets one config after the other until the server is gone. Reads take places in the journals, too. */
export class Reader {
  readonly #keys: readonly Key[];
  readonly #reads = new Map<number, Read>();

  constructor(keys: readonly Key[]) {
    this.#keys = keys;
  }

  /** The read with this number; undefined when there is none. */
  get(number: number): Read | undefined {
    return this.#reads.get(number);
  }

  async read(url: string): Promise<void> {
    for (;;) {
      const number = nextNumber();
      const key = this.#keys[number % this.#keys.length] as Key;
      const isAnswered = await answers(url + path(key), "GET", number);
      this.#reads.set(number, { number, endedAt: performance.now() });
      if (!isAnswered) return;
    }
  }
}

/** Sends a request with its number; whether there was an answer. */
export async function answers(url: string, method: string, number: number): Promise<boolean> {
  try {
    const response = await fetch(url, {
      method,
      headers: { "Content-Type": "application/json", "X-Write": String(number) },
      ...(method === "PUT" ? { body: JSON.stringify({ maxAsyncEventAgeInSeconds: number }) } : {}),
    });
    await response.arrayBuffer();
    return true;
  } catch {
    return false;
  }
}
