import type { Problem } from "./documents.ts";

export interface ClientOptions {
  /** Replaces the global `fetch`. */
  readonly fetch?: (url: string, init?: RequestInit) => Promise<Response>;
}

/** A query of the items that are not undefined; those in `json` are sent as JSON. */
export function queryOf(
  items: Readonly<Record<string, unknown>>,
  json: Readonly<Record<string, unknown>> = {},
) {
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(items)) if (value !== undefined) query.set(name, String(value));
  for (const [name, value] of Object.entries(json)) {
    if (value !== undefined) query.set(name, JSON.stringify(value));
  }
  return query;
}

/** The control plane refused a request; `problem` is its problem document. */
export class ControlError extends Error {
  readonly problem: Problem;
  constructor(problem: Problem) {
    super(`${problem.title}: ${problem.detail}`);
    this.name = "ControlError";
    this.problem = problem;
  }
}

/** A URL without the slashes at its end. */
export function withoutSlash(url: string): string {
  return url.replace(/\/+$/, "");
}

/** Calls the control plane. `read` reads the text of a response of success: JSON unless it is given. */
export type Call = <T>(
  method: string,
  path: string,
  body?: unknown,
  read?: (text: string) => unknown,
) => Promise<T>;

/** What calls the control plane whose URL is `base`, each time with the token that there is then. */
export function caller(
  base: string,
  tokenNow: () => string | undefined,
  { fetch = globalThis.fetch }: ClientOptions,
): Call {
  return async (method, path, body, read = parsed) => {
    const token = tokenNow();
    const response = await fetch(base + path, {
      method,
      headers: {
        ...(token === undefined ? {} : { Authorization: `Bearer ${token}` }),
        ...(body === undefined ? {} : { "Content-Type": "application/json" }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    const value = response.ok ? read(text) : parsed(text);
    if (response.ok && (value !== undefined || text === "")) return value as never;
    if (isProblem(value)) throw new ControlError(value);
    throw new Error(
      `${base}${path} answered ${response.status}, and not as a sandbox does: is it a sandbox?`,
    );
  };
}

/** The value of JSON text; undefined for other text. */
function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** The values of lines of JSON; undefined for other text. */
export function parsedLines(text: string): unknown[] | undefined {
  const values = text.split("\n").filter(Boolean).map(parsed);
  return values.includes(undefined) ? undefined : values;
}

function isProblem(value: unknown): value is Problem {
  const { title, detail } = (value ?? {}) as Partial<Problem>;
  return typeof title === "string" && typeof detail === "string";
}
