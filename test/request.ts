import { SELF } from "cloudflare:test";

export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  /** The JSON of the body, or its text where that is none; undefined for an empty one. */
  // biome-ignore lint/suspicious/noExplicitAny: tests assert on what came, whatever it is.
  readonly body: any;
}

/** Sends a request to the Worker; anything but a string or a stream as the body goes as JSON. */
export async function request(
  method: string,
  path: string,
  body?: unknown,
  headers: Record<string, string> = {},
): Promise<Answer> {
  const raw = body === undefined || typeof body === "string" || body instanceof Uint8Array;
  const response = await SELF.fetch(`http://sandbox${path}`, {
    method,
    body: raw ? (body ?? null) : JSON.stringify(body),
    headers: {
      ...fromAnotherClient(),
      ...(body === undefined ? {} : { "Content-Type": "application/json" }),
      ...headers,
    },
  });
  const text = await response.text();
  const isText = response.headers.get("Content-Type")?.startsWith("text/");
  const json = () => (text ? JSON.parse(text) : undefined);
  return { status: response.status, headers: response.headers, body: isText ? text : json() };
}

/** Headers of a client that no rate limit has counted yet. */
export function fromAnotherClient(): Record<string, string> {
  return { "CF-Connecting-IP": crypto.randomUUID() };
}

/** How each API version writes the paths of one function's configs. */
export const versions = [
  {
    id: "2016-08-15",
    config: (name: string, qualifier?: string) =>
      `/2016-08-15/services/demo${qualifier ? `.${qualifier}` : ""}/functions/${name}/async-invoke-config`,
    list: (name: string) => `/2016-08-15/services/demo/functions/${name}/async-invoke-configs?`,
    statefulItem: "statefulInvocation",
    maxEventAgeSeconds: 2_592_000,
  },
  {
    id: "2021-04-06",
    config: (name: string, qualifier?: string) =>
      `/2021-04-06/services/demo/functions/${name}/async-invoke-config${qualifier ? `?qualifier=${qualifier}` : ""}`,
    list: (name: string) => `/2021-04-06/services/demo/functions/${name}/async-invoke-configs?`,
    statefulItem: "statefulInvocation",
    maxEventAgeSeconds: 604_800,
  },
  {
    id: "2023-03-30",
    config: (name: string, qualifier?: string) =>
      `/2023-03-30/functions/${name}/async-invoke-config${qualifier ? `?qualifier=${qualifier}` : ""}`,
    list: (name: string) => `/2023-03-30/async-invoke-configs?functionName=${name}&`,
    statefulItem: "asyncTask",
    maxEventAgeSeconds: 604_800,
  },
] as const;

/** The code and the message of an error, whichever version's shape it has. */
export function errorOf(answer: Answer): { status: number; code: string; message: string } {
  const { ErrorCode, ErrorMessage, Code, Message } = answer.body;
  return { status: answer.status, code: ErrorCode ?? Code, message: ErrorMessage ?? Message };
}
