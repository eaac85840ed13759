const NAMES = Array.from({ length: 8 }, (_, i) => `resource-${i}`);
const FUNCTION = { runtime: "nodejs20", handler: "index.handler", code: { zipFile: btoa("code") } };

/** A function's timeout; undefined for a function that is not there. */
type State = number | undefined;

/** Creates, changes and deletes functions of FC 3.0, one request after the other, until the server is gone. */
export class FunctionWriter {
  #requests = 0;
  #acknowledged = 0;
  readonly #known = new Map<string, State>();
  /** What the request without an answer may have made: the name, and the state. */
  #unanswered: { readonly name: string; readonly state: State } | undefined;

  get acknowledged(): number {
    return this.#acknowledged;
  }

  /** Throws an Error when an answer is not what the request should have got. */
  async write(url: string): Promise<void> {
    const functions = `${url}/2023-03-30/functions`;
    for (;;) {
      const number = ++this.#requests;
      const name = NAMES[number % NAMES.length] ?? "";
      const isThere = this.#known.get(name) !== undefined;
      const state = isThere && number % 3 === 0 ? undefined : 1 + (number % 1000);
      const body = isThere ? { timeout: state } : { functionName: name, timeout: state, ...FUNCTION };
      const answer = await send(
        isThere ? `${functions}/${name}` : functions,
        state === undefined ? "DELETE" : isThere ? "PUT" : "POST",
        body,
      );
      if (answer === undefined) {
        this.#unanswered = { name, state };
        return;
      }
      if (answer !== (state === undefined ? 204 : 200)) throw new Error(`${name}: ${answer}`);
      this.#known.set(name, state);
      this.#acknowledged += 1;
    }
  }

  /** The names of functions that are not as the acknowledged requests left them. Goes on from what is there. */
  async differing(url: string): Promise<string[]> {
    const response = await fetch(`${url}/2023-03-30/functions?limit=100&prefix=resource-`);
    const { functions } = (await response.json()) as {
      functions: { functionName: string; timeout: number }[];
    };
    const found = new Map(functions.map(({ functionName, timeout }) => [functionName, timeout]));
    const differing = NAMES.filter((name) => {
      const isAllowed =
        found.get(name) === this.#known.get(name) ||
        (this.#unanswered?.name === name && found.get(name) === this.#unanswered.state);
      return !isAllowed;
    });
    for (const name of NAMES) this.#known.set(name, found.get(name));
    this.#unanswered = undefined;
    return differing;
  }
}

/** The status of the answer; undefined when the server is gone. */
async function send(url: string, method: string, body: object): Promise<number | undefined> {
  try {
    const response = await fetch(url, {
      method,
      headers: { "Content-Type": "application/json" },
      ...(method === "DELETE" ? {} : { body: JSON.stringify(body) }),
    });
    await response.arrayBuffer();
    return response.status;
  } catch {
    return undefined;
  }
}
