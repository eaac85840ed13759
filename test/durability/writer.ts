import { isDeepStrictEqual } from "node:util";
import { type Config, config, type Items, merge } from "./model.ts";

/** The key of one config, and where it is written. */
export interface Key {
  readonly service: string;
  readonly function: string;
  readonly qualifier: string;
}

/** A write that was sent. Times are of the test's own clock, in milliseconds. */
export interface Write {
  /** Goes up with every write and read of the test; also sent as the header X-Write, which the journal keeps. */
  readonly number: number;
  readonly key: string;
  /** What the config is once this is written; undefined when it is deleted. */
  readonly becomes: Config | undefined;
  readonly sentAt: number;
  /** When it was acknowledged, or else when the kill was over. */
  readonly endedAt: number;
  readonly isAcknowledged: boolean;
}

/** A key as one text. */
export const keyText = ({ service, function: name, qualifier }: Key) => `${service}/${name}/${qualifier}`;

let lastNumber = 0;

/** A number that no other request of the test has. */
export const nextNumber = () => ++lastNumber;

/**
 * Writes one key after the other, each from a number that no other write has, until the server is gone. Expects each
 * answer to show what the write should have made.
 */
export class Writer {
  readonly keys: readonly Key[];
  /** The configs that the server is known to have, by key. */
  readonly known = new Map<string, Config>();
  readonly #writes: Write[] = [];

  constructor(keys: readonly Key[]) {
    this.keys = keys;
  }

  /** Oldest first; only the last may be unacknowledged, among those of one run. */
  get writes(): readonly Write[] {
    return this.#writes;
  }

  /**
   * Writes until `url` no longer answers, and calls `onAcknowledged` with each write that is acknowledged. Throws
   * an Error when an answer is not what the write should have made.
   */
  async write(url: string, onAcknowledged: () => void): Promise<void> {
    for (;;) {
      const number = nextNumber();
      const key = this.keys[number % this.keys.length] as Key;
      const text = keyText(key);
      const items = nextItems(number, this.known.has(text));
      const becomes = items && merge(this.known.get(text), items, key.service === "");
      const sentAt = performance.now();
      const answer = await send(url, key, number, items);
      const isAcknowledged = answer !== undefined;
      this.#writes.push({ number, key: text, becomes, sentAt, endedAt: performance.now(), isAcknowledged });
      if (answer === undefined) return;
      const shown = answer.status === 200 ? config(JSON.parse(answer.body)) : undefined;
      if (answer.status !== (items ? 200 : 204) || !isDeepStrictEqual(shown, becomes)) {
        throw new Error(
          `${text} was to become ${JSON.stringify(becomes)}; the answer is ${answer.status} ${answer.body}`,
        );
      }
      this.learn(text, becomes);
      onAcknowledged();
    }
  }

  /** Goes on from what the server has. */
  learn(key: string, found: Config | undefined): void {
    if (found) this.known.set(key, found);
    else this.known.delete(key);
  }
}

/** Sends a write; undefined when there was no answer. */
async function send(url: string, key: Key, number: number, items: Items | undefined) {
  try {
    const response = await fetch(url + path(key), {
      method: items ? "PUT" : "DELETE",
      headers: { "Content-Type": "application/json", "X-Write": String(number) },
      ...(items ? { body: JSON.stringify(items) } : {}),
    });
    return { status: response.status, body: await response.text() };
  } catch {
    return undefined;
  }
}

/** What a write gives, all of it made of its number; undefined for one that deletes. */
function nextItems(number: number, exists: boolean): Items | undefined {
  const destination = `acs:fc:cn-hangzhou:123456:services/demo/functions/n${number}`;
  const whole = {
    maxAsyncEventAgeInSeconds: (number % 600_000) + 1,
    maxAsyncRetryAttempts: number % 9,
    destinationConfig: { onSuccess: { destination }, onFailure: { destination } },
  };
  const kind = Math.floor(Math.random() * 8);
  if (kind === 0 && exists) return undefined;
  if (kind === 1) return { maxAsyncEventAgeInSeconds: whole.maxAsyncEventAgeInSeconds };
  if (kind === 2) return { destinationConfig: { onFailure: { destination } } };
  if (kind === 3)
    return { destinationConfig: { onSuccess: { destination } }, maxAsyncRetryAttempts: number % 9 };
  return whole;
}

export function path({ service, function: name, qualifier }: Key): string {
  return service
    ? `/2016-08-15/services/${service}.${qualifier}/functions/${name}/async-invoke-config`
    : `/2023-03-30/functions/${name}/async-invoke-config?qualifier=${qualifier}`;
}
